package io.jarpipe.connection;

import io.jarpipe.MpConnection;
import io.jarpipe.os.Fd;
import io.jarpipe.os.PipeSize;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.JarpipeCodec;
import io.jarpipe.wire.FrameDescriptor;
import java.io.IOException;
import java.util.List;

/**
 * Two connections that are joined: CPython's {@code multiprocessing.Pipe}. Closing the pipe closes both; each may also
 * be closed by itself.
 *
 * <p>With {@code duplex} it is a pair of Unix stream sockets, else a pipe of the operating system, whose first end only
 * receives and whose second end only sends.
 */
public final class MpPipe implements AutoCloseable {
    private static final int KERNELS_CHOICE = 0;
    /** The longest message received as an object or an array unless something else is said: 256 MiB. */
    private static final int USUAL_MESSAGE = 256 * 1024 * 1024;

    private final StreamConnection first;
    private final StreamConnection second;

    private MpPipe(StreamConnection first, StreamConnection second) {
        this.first = first;
        this.second = second;
    }

    /**
     * Makes a pipe.
     *
     * @param duplex whether both ends can receive and send; else the first one receives and the second one sends
     * @return the pipe, to be closed by the caller
     * @throws IOException when no descriptor is left
     */
    public static MpPipe create(boolean duplex) throws IOException {
        return create(duplex, KERNELS_CHOICE, USUAL_MESSAGE);
    }

    /**
     * Makes a pipe that holds more or less than the usual 64 KiB before a sender has to wait.
     *
     * @param duplex must be false: the option is one of one-way pipes
     * @param pipeSize at least how many bytes the pipe is to hold, positive; the kernel rounds it up
     * @return the pipe, to be closed by the caller
     * @throws IllegalArgumentException when the pipe is duplex or the size is not positive
     * @throws IOException EPERM when the size is more than this process may ask for; when no descriptor is left
     */
    public static MpPipe create(boolean duplex, int pipeSize) throws IOException {
        if (duplex) {
            throw new IllegalArgumentException("a duplex pipe is a pair of sockets and has no pipe size");
        }
        if (pipeSize <= 0) {
            throw new IllegalArgumentException("pipeSize: " + pipeSize + " (expected: > 0)");
        }
        return create(false, pipeSize, USUAL_MESSAGE);
    }

    /**
     * Makes a pipe with a limit of its own for what its ends receive.
     *
     * @param duplex whether both ends can receive and send
     * @param pipeSize at least how many bytes a one-way pipe is to hold; 0 leaves that to the kernel
     * @param maxLength the longest message received as an object or an array, in bytes; a longer one is skipped with an
     *     error, or received as a stream or into native memory
     * @return the pipe, to be closed by the caller
     * @throws IllegalArgumentException when the limit is negative or larger than a Java array
     * @throws IOException when the size is refused or no descriptor is left
     */
    public static MpPipe create(boolean duplex, int pipeSize, int maxLength) throws IOException {
        if (maxLength < 0 || maxLength > FrameDescriptor.MAX_ARRAY_LENGTH) {
            throw new IllegalArgumentException(
                    "maxLength: " + maxLength + " (expected: 0-" + FrameDescriptor.MAX_ARRAY_LENGTH + ")");
        }
        List<Fd> ends = duplex ? Sockets.socketPair() : Sockets.pipe();
        try {
            if (pipeSize != KERNELS_CHOICE) {
                PipeSize.change(ends.getFirst(), pipeSize);
            }
            Transport first = Transport.adopt(ends.getFirst(), true, duplex);
            try {
                Transport second = Transport.adopt(ends.getLast(), duplex, true);
                JarpipeCodec codec = new JarpipeCodec();
                return new MpPipe(
                        new StreamConnection(first, true, duplex, codec, maxLength),
                        new StreamConnection(second, duplex, true, codec, maxLength));
            } catch (IOException e) {
                first.close();
                throw e;
            }
        } catch (IOException e) {
            ends.forEach(Fd::close);
            throw e;
        }
    }

    /**
     * Returns the first end: of a one-way pipe the one that receives.
     *
     * @return the connection
     */
    public MpConnection first() {
        return first;
    }

    /**
     * Returns the second end: of a one-way pipe the one that sends.
     *
     * @return the connection
     */
    public MpConnection second() {
        return second;
    }

    /**
     * Asks how many bytes this one-way pipe holds before a sender has to wait. Headers count, and many small messages
     * fill it earlier, because each takes a part of a page.
     *
     * @return the number of bytes
     * @throws IllegalStateException when this is a duplex pipe
     * @throws IOException when both ends are closed
     */
    public int capacity() throws IOException {
        if (first.writable()) {
            throw new IllegalStateException("a duplex pipe is a pair of sockets and has no pipe size");
        }
        StreamConnection open = first.isClosed() ? second : first;
        return PipeSize.of(open.transport().fd());
    }

    /** Closes both ends. Idempotent. */
    @Override
    public void close() {
        first.close();
        second.close();
    }

    @Override
    public String toString() {
        return "Pipe[" + first + ", " + second + "]";
    }
}
