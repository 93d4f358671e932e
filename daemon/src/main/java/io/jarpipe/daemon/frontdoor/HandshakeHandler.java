package io.jarpipe.daemon.frontdoor;

import static io.netty.channel.ChannelFutureListener.CLOSE_ON_FAILURE;

import io.jarpipe.MpAuthenticationException;
import io.jarpipe.ProtocolException;
import io.jarpipe.auth.Handshake;
import io.jarpipe.daemon.Refusal;
import io.jarpipe.daemon.Tally;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Transport;
import io.jarpipe.wire.FrameDecoder;
import io.jarpipe.wire.FrameEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries one accepted connection through {@code multiprocessing}'s mutual authentication, then takes its descriptor
 * away from Netty and hands it on. A client that stalls costs a descriptor until the time is over, never a thread.
 */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(HandshakeHandler.class.getName());

    private final Handshake handshake;
    private final FrameDecoder decoder = new FrameDecoder(Handshake.MAX_FRAME_LENGTH);
    private final Duration timeout;
    private final Consumer<Transport> authenticated;
    private final Tally<Refusal> refusals;
    private @Nullable ScheduledFuture<?> expiry;

    /** Will pass the socket of an authenticated client to {@code authenticated}, which then owns it. */
    HandshakeHandler(byte[] key, Duration timeout, Consumer<Transport> authenticated, Tally<Refusal> refusals) {
        this.refusals = refusals;
        this.handshake = Handshake.listener(key);
        this.timeout = timeout;
        this.authenticated = authenticated;
    }

    /** Returns how many bytes the next read may take. */
    int wanted() {
        return decoder.wanted();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        expiry = context.executor().schedule(() -> expire(context), timeout.toMillis(), TimeUnit.MILLISECONDS);
        write(context, handshake.begin(), CLOSE_ON_FAILURE);
        context.read();
    }

    private void expire(ChannelHandlerContext context) {
        refusals.count(Refusal.TIMEOUT);
        LOG.log(Level.WARNING, "a client did not authenticate within {0}: closed", timeout);
        close(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
        ByteBuf bytes = (ByteBuf) message;
        try {
            decoder.feed(bytes.nioBuffer());
        } finally {
            bytes.release();
        }
        if (!decoder.isComplete()) {
            context.read();
            return;
        }
        Handshake.Step step = handshake.receive(decoder.take());
        if (step.isDone()) {
            write(context, step.reply(), done -> handOver(context));
            return;
        }
        write(context, step.reply(), CLOSE_ON_FAILURE);
        step.throwIfFailed();
        context.read();
    }

    private static void write(ChannelHandlerContext context, Optional<byte[]> frame, ChannelFutureListener then) {
        ByteBuf bytes = frame.map(body -> Unpooled.wrappedBuffer(FrameEncoder.frame(body)))
                .orElse(Unpooled.EMPTY_BUFFER);
        context.writeAndFlush(bytes).addListener(then);
    }

    /**
     * Leaves the event loop first: epoll keeps reporting a description that was closed here while a duplicate of it
     * lives.
     */
    private void handOver(ChannelHandlerContext context) {
        cancelExpiry();
        context.deregister().addListener(left -> {
            Optional<Transport> duplicate = left.isSuccess() ? duplicate(context) : Optional.empty();
            context.channel().close().addListener(closed -> duplicate.ifPresent(authenticated));
        });
    }

    private static Optional<Transport> duplicate(ChannelHandlerContext context) {
        try {
            Fd socket = Fd.duplicate(((UnixChannel) context.channel()).fd().intValue());
            return Optional.of(Transport.adopt(socket, true, true));
        } catch (IOException e) {
            LOG.log(Level.ERROR, "an authenticated connection could not be taken over", e);
            return Optional.empty();
        }
    }

    private static void close(ChannelHandlerContext context) {
        context.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    private void cancelExpiry() {
        if (expiry != null) {
            expiry.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelExpiry();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case MpAuthenticationException e -> {
                refusals.count(Refusal.KEY);
                LOG.log(Level.WARNING, "a client was refused: {0}", e.getMessage());
            }
            case ProtocolException e -> {
                refusals.count(Refusal.PROTOCOL);
                LOG.log(Level.WARNING, "a client does not speak the protocol: {0}", e.getMessage());
            }
            case IOException e -> LOG.log(Level.DEBUG, "a client broke off the handshake", e);
            default -> LOG.log(Level.ERROR, "the handshake failed", cause);
        }
        close(context);
    }
}
