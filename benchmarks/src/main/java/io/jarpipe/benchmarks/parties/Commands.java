package io.jarpipe.benchmarks.parties;

import io.jarpipe.MpConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The loop of every party: a command comes, its work is done, the answer goes back. */
final class Commands {
    /** What is done for one command. */
    @FunctionalInterface
    interface Work {
        @Nullable
        Object run(long count) throws IOException, InterruptedException;
    }

    private Commands() {}

    static void obey(MpConnection control, Work work) throws IOException, InterruptedException {
        for (Object command = control.recv(); command != null; command = control.recv()) {
            control.send(work.run(((Number) command).longValue()));
        }
    }
}
