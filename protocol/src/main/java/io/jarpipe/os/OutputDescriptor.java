package io.jarpipe.os;

import io.jarpipe.MpBrokenPipeException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * A descriptor of any kind that text is written to: another process's stdout or stderr.
 *
 * <p>Its flags are not ours to change, so each write waits until there is room and then writes no more than fits into a
 * pipe at once. The thread's interrupt ends a wait with {@link InterruptedIOException}.
 */
public final class OutputDescriptor extends OutputStream {
    /** PIPE_BUF on Linux: what a pipe that poll(2) calls writable takes without blocking. */
    private static final int FITS = 4096;

    private final Fd fd;

    /**
     * Writes to a descriptor.
     *
     * @param fd the descriptor, owned by this stream from now on
     */
    public OutputDescriptor(Fd fd) {
        this.fd = fd;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        try (IoBuffer buffer = IoBuffer.borrow()) {
            for (int done = 0; done < length; ) {
                int chunk = Math.min(FITS, length - done);
                buffer.bytes().put(bytes, offset + done, chunk);
                done += writeSome(buffer.address(), chunk);
            }
        }
    }

    private int writeSome(long address, int length) throws IOException {
        while (true) {
            awaitRoom();
            fd.begin();
            try {
                long result = Libc.write(fd.number(), address, length);
                if (Errno.EPIPE.is(result)) {
                    throw new MpBrokenPipeException("nobody reads " + fd + " any more");
                }
                if (!Errno.EAGAIN.is(result) && !Errno.EINTR.is(result)) {
                    return (int) Errno.check("write", result, fd.toString());
                }
            } finally {
                fd.end();
            }
        }
    }

    private void awaitRoom() throws IOException {
        while (!Waiter.isReady(fd, Waiter.POLLOUT)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while waiting for room in " + fd);
            }
            Waiter.await(fd, Waiter.POLLOUT, Deadline.NEVER, true);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
