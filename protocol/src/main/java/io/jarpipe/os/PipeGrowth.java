package io.jarpipe.os;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

// Some facts about the capacity of pipes
// ---------------------------------------
// pipe(7), Linux 2.6.35 and newer: 16 pages, unless fcntl(F_SETPIPE_SZ) changes it, at either end. A message that is
// longer moves in steps of what the pipe holds, and at each step a process is woken. All pipes of a user who is not
// privileged may have 16,384 pages together (pipe-user-pages-soft); when they have, a new one gets two. So only some
// are grown here, to a quarter of that in all.

/** Lets one pipe hold more than usual, as long as not too many do. */
final class PipeGrowth {
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;
    private static final int GROWN = 256 * 1024;
    private static final int MOST_GROWN = 64;
    private static final AtomicInteger HOW_MANY = new AtomicInteger();

    private final AtomicBoolean counts = new AtomicBoolean();

    /** Grows the pipe, unless it is that large, or too many are, or the system does not allow it: then it stays. */
    void grow(int pipe) {
        int capacity = Libc.fcntl(pipe, F_GETPIPE_SZ, 0);
        if (capacity < 0 || capacity >= GROWN) {
            return;
        }
        if (HOW_MANY.incrementAndGet() > MOST_GROWN || Libc.fcntl(pipe, F_SETPIPE_SZ, GROWN) < 0) {
            HOW_MANY.decrementAndGet();
        } else {
            counts.set(true);
        }
    }

    /** Lets another one grow instead: nobody uses the pipe here any more. */
    void release() {
        if (counts.getAndSet(false)) {
            HOW_MANY.decrementAndGet();
        }
    }
}
