package io.jarpipe.os;

import java.io.IOException;

// Some facts about the size of a pipe
// ------------------------------------
// A pipe holds 64 KiB unless told otherwise, in pages, so that many small writes fill it earlier. The kernel rounds a
// size up to a power of two pages and refuses more than /proc/sys/fs/pipe-max-size (1 MiB) to those who are not
// privileged, and less than what the pipe holds. A user's pipes share a budget (pipe-user-pages-soft): beyond it new
// pipes get two pages. A large pipe is not a fast one: a megabyte of it does not stay in the cache of a core.

/** How many bytes a pipe holds before its writers have to wait. */
public final class PipeSize {
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;

    private PipeSize() {}

    /**
     * Asks for the size of a pipe.
     *
     * @param end either end of it
     * @return its size in bytes
     * @throws IOException EBADF when it is no pipe; when it is closed
     */
    public static int of(Fd end) throws IOException {
        return fcntl(end, F_GETPIPE_SZ, 0);
    }

    /**
     * Changes the size of a pipe, for all who use it.
     *
     * @param end either end of it
     * @param bytes at least how many it is to hold
     * @return its new size in bytes
     * @throws IOException EPERM when that is more than an unprivileged process may ask for, EBUSY when it holds more
     *     already, EINVAL when the number is not positive
     */
    public static int change(Fd end, int bytes) throws IOException {
        return fcntl(end, F_SETPIPE_SZ, bytes);
    }

    private static int fcntl(Fd end, int command, int argument) throws IOException {
        end.begin();
        try {
            return (int) Errno.check("fcntl", Libc.fcntl(end.number(), command, argument), end.toString());
        } finally {
            end.end();
        }
    }
}
