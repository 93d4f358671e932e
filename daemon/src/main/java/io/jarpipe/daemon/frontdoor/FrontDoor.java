package io.jarpipe.daemon.frontdoor;

import io.jarpipe.MpAddress;
import io.jarpipe.PosixException;
import io.jarpipe.os.Fd;
import io.jarpipe.os.SocketFile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The daemon's listening socket: checks who connects, authenticates them, and hands their sockets on. */
public final class FrontDoor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FrontDoor.class.getName());

    /**
     * How to listen.
     *
     * @param address a path or an abstract address
     * @param key the authkey
     * @param allowedUids the users who may connect, by SO_PEERCRED
     * @param handshakeTimeout how long a client may take to authenticate
     */
    public record Settings(MpAddress address, byte[] key, Set<Integer> allowedUids, Duration handshakeTimeout) {}

    private final Settings settings;
    private final Consumer<Fd> clients;
    private final IoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("front-door", true), EpollIoHandler.newFactory());
    private final Listener listener;

    private FrontDoor(Settings settings, Consumer<Fd> clients) throws IOException {
        this.settings = settings;
        this.clients = clients;
        try {
            if (settings.address() instanceof MpAddress.Tcp tcp) {
                throw noDescriptors(tcp);
            }
            this.listener = Listener.bind(bootstrap(), settings.address());
        } catch (IOException | RuntimeException e) {
            endLoop();
            throw e;
        }
    }

    /**
     * Refuses an address that cannot be listened at because something else is there.
     *
     * @param address a path or an abstract address
     * @throws IOException when somebody listens there, the path is of something that is no socket, or it is a TCP port
     */
    public static void requireFree(MpAddress address) throws IOException {
        if (address instanceof MpAddress.Tcp tcp) {
            throw noDescriptors(tcp);
        }
        requireUnused(address, "--address");
    }

    /** Refuses a Unix address at which somebody listens, and names the option that chooses another. */
    static void requireUnused(MpAddress address, String option) throws IOException {
        if (address instanceof MpAddress.Tcp) {
            return; // the kernel tells when it is bound
        }
        try {
            SocketFile.requireFree(address);
        } catch (PosixException e) {
            if (!e.errnoName().equals("EADDRINUSE")) {
                throw e;
            }
            throw new IOException(
                    "another daemon is listening at " + address
                            + ": use it (JARPIPE_ADDRESS), stop it, or choose another " + option,
                    e);
        }
    }

    private static IOException noDescriptors(MpAddress.Tcp address) {
        return new IOException(
                "clients of the daemon pass descriptors, which TCP cannot: choose a path or @name instead of " + address
                        + " as --address");
    }

    /**
     * Begins to listen.
     *
     * @param settings how
     * @param clients takes the socket of each authenticated client, which it then owns; called on the event loop
     * @return the open door
     * @throws IOException when somebody listens at the address already or it cannot be bound
     */
    public static FrontDoor open(Settings settings, Consumer<Fd> clients) throws IOException {
        requireFree(settings.address());
        return new FrontDoor(settings, clients);
    }

    private ServerBootstrap bootstrap() {
        return new ServerBootstrap()
                .group(loop)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel) throws IOException {
                        admit(channel);
                    }
                });
    }

    private void admit(EpollDomainSocketChannel channel) throws IOException {
        PeerCredentials peer = channel.peerCredentials();
        if (!settings.allowedUids().contains(peer.uid())) {
            LOG.log(
                    Level.WARNING,
                    "refused process {0} of user {1}: start the daemon with --allow-uid {1} to admit that user",
                    Integer.toString(peer.pid()),
                    Integer.toString(peer.uid()));
            channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
            return;
        }
        HandshakeHandler handler = new HandshakeHandler(settings.key(), settings.handshakeTimeout(), clients);
        channel.config().setRecvByteBufAllocator(new ExactReads(handler::wanted));
        channel.pipeline().addLast(handler);
    }

    /** Stops listening and removes the socket's file if it is still ours. Clients handed on are not touched. */
    @Override
    public void close() {
        listener.close();
        endLoop();
    }

    /**
     * Asks the event loop for a sign of life.
     *
     * @return done when the loop has come round, or was ended by {@link #close()}
     */
    public CompletableFuture<Void> ping() {
        try {
            return CompletableFuture.runAsync(() -> {}, loop);
        } catch (RejectedExecutionException ended) {
            return CompletableFuture.completedFuture(null);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its only thread is a daemon thread: nobody waits for its end
    private void endLoop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
