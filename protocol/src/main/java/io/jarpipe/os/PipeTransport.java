package io.jarpipe.os;

import io.jarpipe.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One end of a pipe, used through a private, non-blocking description of it. */
final class PipeTransport extends Transport {
    private static final int O_RDONLY = 0;
    private static final int O_WRONLY = 1;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;

    private final boolean writable;
    private final PipeGrowth growth = new PipeGrowth();

    private PipeTransport(Fd privateDescription, boolean writable) {
        super(privateDescription);
        this.writable = writable;
    }

    /**
     * Reopens a pipe end and closes the descriptor given: both would have to be closed for the other side to see the
     * end of the stream.
     */
    static PipeTransport reopen(Fd fd, boolean writable) throws IOException {
        try {
            return new PipeTransport(open(fd, writable, O_NONBLOCK), writable);
        } finally {
            fd.close();
        }
    }

    /** Opens a description of its own for the same pipe end; never waits for the other end, as a FIFO's open would. */
    private static Fd open(Fd fd, boolean writable, int flags) throws IOException {
        fd.begin();
        try (Arena arena = Arena.ofConfined()) {
            long path = arena.allocateFrom("/proc/self/fd/" + fd.number()).address();
            long result = Libc.open(path, (writable ? O_WRONLY : O_RDONLY) | O_CLOEXEC | flags);
            if (Errno.EACCES.is(result)) {
                throw notOurs(result, fd);
            }
            return Fd.ofNew((int) Errno.check("open", result, "/proc/self/fd/" + fd.number()));
        } finally {
            fd.end();
        }
    }

    @Override
    public Fd duplicateForOthers() throws IOException {
        return open(fd(), writable, 0); // not dup(2): this description does not block, CPython's must
    }

    private static IOException notOurs(long result, Fd fd) {
        PosixException cause = Errno.exception("open", result, "/proc/self/fd/" + fd.number());
        return new IOException(
                "a pipe of another user cannot be used: run the daemon as the user that runs the Python program, or let"
                        + " Python call os.fchmod(fd, 0o666) on both ends before it passes them",
                cause);
    }

    @Override
    void grow() throws IOException {
        fd().begin();
        try {
            growth.grow(fd().number());
        } finally {
            fd().end();
        }
    }

    @Override
    void closed() {
        growth.release();
    }

    @Override
    boolean knowsItsRoom() {
        return true;
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
