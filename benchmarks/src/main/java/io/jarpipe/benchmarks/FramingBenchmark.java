package io.jarpipe.benchmarks;

import io.jarpipe.connection.FrameReader;
import io.jarpipe.connection.FrameWriter;
import io.jarpipe.connection.OutgoingFrame;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.wire.FrameDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time and allocation of one message through a pipe of this process: as a frame, and as bare system calls, which is
 * what remains if framing costs nothing. One thread writes and reads, so that nobody is woken.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FramingBenchmark {
    /** Length of the message in bytes; it has to fit into the pipe. */
    @Param({"64", "8192"})
    public int size = 64;

    private final Arena arena = Arena.ofShared();
    private byte[] message = new byte[0];
    private MemorySegment memory = MemorySegment.NULL;

    @SuppressWarnings("NullAway.Init") // set by open()
    private Transport in;

    @SuppressWarnings("NullAway.Init") // set by open()
    private Transport out;

    @SuppressWarnings("NullAway.Init") // set by open()
    private FrameReader reader;

    @SuppressWarnings("NullAway.Init") // set by open()
    private FrameWriter writer;

    /** Creates the state; JMH sets the parameter. */
    public FramingBenchmark() {}

    /**
     * Opens the pipe and makes the message.
     *
     * @throws IOException if no descriptor is left
     */
    @Setup
    public void open() throws IOException {
        message = new byte[size];
        memory = arena.allocate(size + Integer.BYTES); // as long as the message with its header
        List<Fd> ends = Sockets.pipe();
        in = Transport.adopt(ends.get(0), true, false);
        out = Transport.adopt(ends.get(1), false, true);
        reader = new FrameReader(in, FrameDescriptor.MAX_ARRAY_LENGTH);
        writer = new FrameWriter(out);
    }

    /** Closes the pipe. */
    @TearDown
    public void close() {
        in.close();
        out.close();
        arena.close();
    }

    /**
     * Writes a message and reads it.
     *
     * @return the message
     * @throws IOException if the pipe fails
     * @throws InterruptedException if the benchmark is ended
     */
    @Benchmark
    public byte[] framed() throws IOException, InterruptedException {
        writer.write(new OutgoingFrame(message));
        return Objects.requireNonNull(reader.read(Deadline.NEVER), "an unbounded wait cannot time out");
    }

    /**
     * Writes as many bytes and reads them.
     *
     * @return how many were read
     * @throws IOException if the pipe fails
     * @throws InterruptedException if the benchmark is ended
     */
    @Benchmark
    public long bare() throws IOException, InterruptedException {
        out.write(memory, Deadline.NEVER, Waiting.INTERRUPTIBLE);
        return in.read(memory, Deadline.NEVER, Waiting.INTERRUPTIBLE);
    }
}
