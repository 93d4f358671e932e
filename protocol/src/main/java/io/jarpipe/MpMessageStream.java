package io.jarpipe;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;

/**
 * One message, read piece by piece while it arrives: for messages that are too long for an array, or not worth one.
 *
 * <p>The connection can receive again when the message was read to its end, or the stream was closed, which reads the
 * rest and drops it. A read waits until at least one byte has come. An interrupt ends it with
 * {@link java.io.InterruptedIOException}, the thread's interrupt stays pending, and nothing is lost. If the stream of
 * bytes ends inside the message, {@link ProtocolException} says so ("got end of file during message"). For one thread
 * at a time.
 */
public abstract class MpMessageStream extends InputStream {
    /** For implementations. */
    protected MpMessageStream() {}

    /**
     * Returns the length of the whole message.
     *
     * @return the number of bytes, as announced by its sender
     */
    public abstract long length();

    /**
     * Returns how much of the message was not read yet.
     *
     * @return the number of bytes, 0 to {@link #length()}
     */
    public abstract long remaining();

    /**
     * Reads some bytes into native memory, straight from the kernel, or into an array seen as a segment.
     *
     * @param target where to; the bytes come to its beginning
     * @return how many bytes, at least 1; -1 at the end of the message, 0 when the target is empty
     * @throws IllegalArgumentException when the target is read-only
     * @throws WrongThreadException when the target belongs to another thread
     * @throws IOException when the stream or the connection is closed, or the message is cut short
     */
    public abstract int read(MemorySegment target) throws IOException;

    /**
     * Reads what is left of the message and drops it, so that the next one can be received. Idempotent; waits for the
     * rest of the message, which only closing the connection ends. Does nothing when the connection is closed.
     *
     * @throws IOException when the message is cut short
     */
    @Override
    public abstract void close() throws IOException;
}
