package io.jarpipe.daemon.worker;

import io.jarpipe.os.OutputDescriptor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a worker's {@code System.out} and {@code System.err} go: stdout and stderr of its Python parent, line by line.
 */
final class WorkerOutput {
    private final String name;
    private final OutputDescriptor outDescriptor;
    private final OutputDescriptor errDescriptor;
    private final TaggedLines outLines;
    private final TaggedLines errLines;
    private final PrintStream out;
    private final PrintStream err;

    /** Takes over both descriptors. */
    WorkerOutput(String processName, OutputDescriptor out, OutputDescriptor err) {
        byte[] tag = ("[" + processName + "] ").getBytes(StandardCharsets.UTF_8);
        this.name = processName;
        this.outDescriptor = out;
        this.errDescriptor = err;
        this.outLines = new TaggedLines(tag, out);
        this.errLines = new TaggedLines(tag, err);
        this.out = new PrintStream(outLines, true, StandardCharsets.UTF_8);
        this.err = new PrintStream(errLines, true, StandardCharsets.UTF_8);
    }

    /** Returns the name of the worker or service. */
    String name() {
        return name;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /** Writes text to the parent's stderr as it is: it says itself which process it is about. */
    void report(String text) throws IOException {
        errDescriptor.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Closes both descriptors; in an orderly end what stands in an unfinished line is written before. */
    void close(boolean orderly) {
        try (outDescriptor;
                errDescriptor) {
            if (orderly) {
                outLines.finish();
                errLines.finish();
            }
        } catch (IOException e) {
            System.getLogger(WorkerOutput.class.getName())
                    .log(System.Logger.Level.DEBUG, "the last words of a worker found no reader", e);
        }
    }
}
