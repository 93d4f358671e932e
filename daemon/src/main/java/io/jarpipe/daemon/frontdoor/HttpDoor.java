package io.jarpipe.daemon.frontdoor;

import io.jarpipe.MpAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers HTTP requests for a few pages about the daemon: one request a connection, GET and HEAD alone, no bodies. */
public final class HttpDoor implements AutoCloseable {
    /** More are closed at once: a few monitors ask, each with one connection. */
    private static final int MOST_CONNECTIONS = 64;
    /** How long a client may take to ask and to be answered. */
    private static final int PATIENCE_SECONDS = 10;

    private static final HttpDecoderConfig LIMITS = new HttpDecoderConfig()
            .setMaxInitialLineLength(1024)
            .setMaxHeaderSize(8192)
            .setMaxChunkSize(1024);

    /** Something that can be asked for. */
    public interface Page {
        /**
         * Answers one request; called on the event loop, so it must not block.
         *
         * @return the reply, when it is known
         */
        CompletionStage<Reply> answer();
    }

    /**
     * An answer.
     *
     * @param status the HTTP status code
     * @param contentType the media type of the body
     * @param body the content
     */
    public record Reply(int status, String contentType, byte[] body) {
        /**
         * Makes a reply of one line of text.
         *
         * @param status the HTTP status code
         * @param line the text, without a line end
         * @return the reply
         */
        public static Reply text(int status, String line) {
            return new Reply(status, "text/plain; charset=utf-8", (line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private final IoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("http", true), EpollIoHandler.newFactory());
    private final AtomicInteger connections = new AtomicInteger();
    private final Listener listener;

    private HttpDoor(MpAddress address, Map<String, Page> pages) throws IOException {
        try {
            this.listener = Listener.bind(
                    new ServerBootstrap().group(loop).childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            admit(channel, pages);
                        }
                    }),
                    address);
        } catch (IOException | RuntimeException e) {
            endLoop();
            throw e;
        }
    }

    /**
     * Begins to listen.
     *
     * @param address a loopback port, a path or an abstract address
     * @param pages what can be asked for, by path
     * @return the open door
     * @throws IOException when the address is taken or cannot be bound
     */
    public static HttpDoor open(MpAddress address, Map<String, Page> pages) throws IOException {
        FrontDoor.requireUnused(address, "--http");
        return new HttpDoor(address, Map.copyOf(pages));
    }

    /**
     * Tells whether only this machine can reach an address.
     *
     * @param address any address
     * @return true for Unix sockets and the loopback interface
     * @throws IOException when the host name is not known
     */
    public static boolean isLocal(MpAddress address) throws IOException {
        return !(address instanceof MpAddress.Tcp tcp)
                || InetAddress.getByName(tcp.host()).isLoopbackAddress();
    }

    private void admit(Channel channel, Map<String, Page> pages) {
        if (connections.incrementAndGet() > MOST_CONNECTIONS) {
            connections.decrementAndGet();
            channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
            return;
        }
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        channel.pipeline()
                .addLast(new ReadTimeoutHandler(PATIENCE_SECONDS), new HttpServerCodec(LIMITS), new HttpHandler(pages));
    }

    /**
     * Returns where the pages are.
     *
     * @return the address, with the real port
     */
    public MpAddress address() {
        return listener.address();
    }

    /** Stops listening. */
    @Override
    public void close() {
        listener.close();
        endLoop();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its only thread is a daemon thread: nobody waits for its end
    private void endLoop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
