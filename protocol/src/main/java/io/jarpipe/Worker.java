package io.jarpipe;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code jarpipe.Process} runs when its target is a class that implements this interface.
 *
 * <p>The daemon makes one instance per process with the public constructor without parameters and calls {@link #run} on
 * a platform thread of its own. Returning ends the process with exit code 0, throwing with 1.
 */
@FunctionalInterface
public interface Worker {
    /**
     * Does the work of the process.
     *
     * @param args the positional arguments given to {@code Process(args=...)}: {@link MpQueue}, {@link MpConnection},
     *     {@link MpLock} for those of {@code multiprocessing}, and values as {@code PickleCodec} maps them
     * @param kwargs the keyword arguments given to {@code Process(kwargs=...)}, in order
     * @throws Exception to end the process with exit code 1 and its stack trace on the Python side's stderr
     */
    void run(List<@Nullable Object> args, Map<String, @Nullable Object> kwargs) throws Exception;
}
