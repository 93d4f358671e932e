package io.jarpipe.daemon.cli;

import io.jarpipe.pickle.PickleDump;
import io.jarpipe.pickle.PickleDump.Form;
import io.jarpipe.pickle.PickleDump.Limits;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jarpipe dump}: what is in a pickle or in recorded messages. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Lists a pickle, several in a row, or multiprocessing messages with their lengths in front, opcode by opcode,"
                    + " like python3 -m pickletools. Nothing in them is run.",
            "The exit code is 1 if something is wrong with them; the listing says where and what."
        })
final class DumpCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    /** At most one says what the input is. */
    static final class FormOptions {
        @Option(names = "--frames", description = "The input is messages, each with its length in front.")
        private boolean frames;

        @Option(names = "--pickle", description = "The input is pickles without lengths.")
        private boolean pickle;
    }

    @ArgGroup
    private @Nullable FormOptions form;

    @Option(names = "--full", description = "Shorten nothing.")
    private boolean full;

    @Option(
            names = "--depth",
            paramLabel = "MARKS",
            description = "Leave out what is nested deeper. Default: 50, with --full no limit.")
    private @Nullable Integer depth;

    @Parameters(paramLabel = "FILE|-", description = "The file, or - for standard input.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String file;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Limits usual = full ? Limits.FULL : Limits.READABLE;
        if (depth != null && depth < 0) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--depth: " + depth + " (expected: at least 0)");
        }
        Limits limits = depth == null ? usual : new Limits(usual.argument(), depth, usual.lines());
        byte[] bytes = read();
        // Not System.out, which hides that nobody reads any more.
        try (Writer out = new BufferedWriter(
                new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8))) {
            return PickleDump.write(bytes, form(), limits, out)
                    ? CommandLine.ExitCode.OK
                    : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private Form form() {
        if (form == null) {
            return Form.AUTO;
        }
        if (form.frames) {
            return Form.FRAMES;
        }
        return form.pickle ? Form.PICKLES : Form.AUTO;
    }

    private byte[] read() throws IOException {
        try (InputStream in = file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(file))) {
            return in.readAllBytes();
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        } catch (OutOfMemoryError e) {
            throw new IOException(file + " is too long for the heap: JARPIPE_JAVA_OPTIONS=-Xmx8g may help", e);
        }
    }
}
