package io.jarpipe.benchmarks;

import io.jarpipe.pickle.JarpipeCodec;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.pickle.RazorvineCodec;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import net.razorvine.pickle.Pickler;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.Warmup;

/** Time and allocation of one pickle, with jarpipe's codec, with the one on top of razorvine, and with razorvine. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CodecBenchmark {
    /** Which side is measured. */
    public enum Side {
        /** {@link JarpipeCodec}. */
        JARPIPE,
        /** {@link RazorvineCodec}. */
        RAZORVINE,
        /** The library as it comes. */
        STOCK
    }

    /** The payload's name. */
    @Param({"msg", "task", "ints1k", "rows10k", "floats100k", "bytes1m", "strings", "tree12"})
    public String payload = "msg";

    /** The side. */
    @Param({"JARPIPE", "RAZORVINE", "STOCK"})
    public Side side = Side.JARPIPE;

    private final PickleCodec own = new JarpipeCodec();
    private final PickleCodec contained = new RazorvineCodec();
    private byte[] pickle = new byte[0];
    private @Nullable Object value;

    /** Creates the state; JMH sets the parameters. */
    public CodecBenchmark() {}

    /**
     * Reads the payload.
     *
     * @throws IOException if it is not there
     */
    @Setup
    public void read() throws IOException {
        pickle = Payloads.read(payload);
        value = decode();
    }

    /**
     * Decodes the pickle.
     *
     * @return the value
     * @throws IOException if it cannot be decoded
     */
    @Benchmark
    public @Nullable Object decode() throws IOException {
        return switch (side) {
            case JARPIPE -> own.decode(pickle);
            case RAZORVINE -> contained.decode(pickle);
            case STOCK -> new Unpickler().loads(pickle);
        };
    }

    /**
     * Encodes the value that the same side has decoded.
     *
     * @return the pickle
     * @throws IOException if it cannot be encoded
     */
    @Benchmark
    public byte[] encode() throws IOException {
        return switch (side) {
            case JARPIPE -> own.encode(value);
            case RAZORVINE -> contained.encode(value);
            case STOCK -> new Pickler(false).dumps(value);
        };
    }
}
