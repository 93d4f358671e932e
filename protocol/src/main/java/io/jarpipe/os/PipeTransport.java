package io.jarpipe.os;

import io.jarpipe.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One end of a pipe, used through a private, non-blocking description of it. */
final class PipeTransport extends Transport {
    private static final int O_RDONLY = 0;
    private static final int O_WRONLY = 1;
    private static final int O_NONBLOCK_CLOEXEC = 0x800 | 0x80000;

    private PipeTransport(Fd privateDescription) {
        super(privateDescription);
    }

    /**
     * Reopens a pipe end and closes the descriptor given: both would have to be closed for the other side to see the
     * end of the stream.
     */
    static PipeTransport reopen(Fd fd, boolean writable) throws IOException {
        fd.begin();
        try (Arena arena = Arena.ofConfined()) {
            int flags = (writable ? O_WRONLY : O_RDONLY) | O_NONBLOCK_CLOEXEC;
            long path = arena.allocateFrom("/proc/self/fd/" + fd.number()).address();
            long result = Libc.open(path, flags);
            if (Errno.EACCES.is(result)) {
                throw notOurs(result, fd);
            }
            return new PipeTransport(Fd.ofNew((int) Errno.check("open", result, "/proc/self/fd/" + fd.number())));
        } finally {
            fd.end();
            fd.close();
        }
    }

    private static IOException notOurs(long result, Fd fd) {
        PosixException cause = Errno.exception("open", result, "/proc/self/fd/" + fd.number());
        return new IOException(
                "a pipe of another user cannot be used: run the daemon as the user that runs the Python program, or let"
                        + " Python call os.fchmod(fd, 0o666) on both ends before it passes them",
                cause);
    }

    @Override
    long tryRead(int number, long address, long length) {
        return Libc.read(number, address, length);
    }

    @Override
    long tryRead(int number, MemorySegment target) {
        return Libc.Segments.read(number, target);
    }

    @Override
    long tryWrite(int number, MemorySegment source) {
        return Libc.Segments.write(number, source);
    }

    @Override
    long tryWrite(int number, long address, long length) {
        return Libc.write(number, address, length);
    }
}
