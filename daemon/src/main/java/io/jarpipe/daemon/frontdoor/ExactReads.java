package io.jarpipe.daemon.frontdoor;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.util.function.IntSupplier;

/**
 * Makes Netty read exactly the bytes asked for, once per {@code read()}.
 *
 * <p>What follows the handshake belongs to whoever takes the connection over, and descriptors that are attached to
 * bytes read by accident would be lost without a trace.
 */
final class ExactReads extends DefaultMaxMessagesRecvByteBufAllocator {
    private final IntSupplier wanted;

    /** Reads as many bytes as {@code wanted} says at the time of each read. */
    ExactReads(IntSupplier wanted) {
        super(1);
        this.wanted = wanted;
    }

    @Override
    @SuppressWarnings("deprecation") // Handle is the interface's own, deprecated in favour of ExtendedHandle
    public RecvByteBufAllocator.Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return wanted.getAsInt();
            }
        };
    }
}
