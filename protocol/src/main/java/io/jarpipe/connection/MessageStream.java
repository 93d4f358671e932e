package io.jarpipe.connection;

import io.jarpipe.MpMessageStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The body of one message of a {@link ReceivingEnd}. */
final class MessageStream extends MpMessageStream {
    private final ReceivingEnd end;
    private final long length;
    private long remaining;
    private boolean closed;
    private @Nullable IOException failure;

    MessageStream(ReceivingEnd end, long length) {
        this.end = end;
        this.length = length;
        this.remaining = length;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long remaining() {
        return remaining;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int size) throws IOException {
        Objects.checkFromIndexSize(offset, size, target.length);
        return read(MemorySegment.ofArray(target).asSlice(offset, size));
    }

    @Override
    public int read(MemorySegment target) throws IOException {
        if (closed) {
            throw new IOException("stream is closed");
        }
        if (failure != null) {
            throw new IOException("the message was cut short", failure);
        }
        if (target.byteSize() == 0 || remaining == 0) {
            return target.byteSize() == 0 ? 0 : -1;
        }
        try {
            int count = end.readSome(this, target.asSlice(0, Math.min(target.byteSize(), mostAtOnce())));
            remaining -= count;
            return count;
        } catch (InterruptedIOException nothingLost) {
            throw nothingLost;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** The count is an int. */
    private long mostAtOnce() {
        return Math.min(remaining, Integer.MAX_VALUE);
    }

    @Override
    public void close() throws IOException {
        boolean unfinished = !closed && failure == null && remaining > 0;
        closed = true;
        if (unfinished) {
            end.skipRest();
        }
    }
}
