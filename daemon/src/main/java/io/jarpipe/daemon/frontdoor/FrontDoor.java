package io.jarpipe.daemon.frontdoor;

import io.jarpipe.MpAddress;
import io.jarpipe.PosixException;
import io.jarpipe.daemon.Refusal;
import io.jarpipe.daemon.Tally;
import io.jarpipe.os.SocketFile;
import io.jarpipe.os.Transport;
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
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** The door of a shared daemon, on one event loop: a client that stalls costs a descriptor, never a thread. */
public final class FrontDoor implements Door {
    private static final System.Logger LOG = System.getLogger(FrontDoor.class.getName());

    static {
        // Part of Netty's names for channels, which nobody sees. It would look for a network card, and warn that a
        // container without a network has none.
        System.setProperty("io.netty.machineId", "00:00:00:00:00:01");
        System.setProperty("io.netty.jfr.enabled", "false");
    }

    private final Settings settings;
    private final BiConsumer<Transport, Runnable> clients;
    private final Tally<Refusal> refusals = new Tally<>(Refusal.class);
    private final IoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("front-door", true), EpollIoHandler.newFactory());
    private final AtomicInteger places = new AtomicInteger();
    private boolean accepting = true;
    private final Listener listener;

    private FrontDoor(Settings settings, BiConsumer<Transport, Runnable> clients) throws IOException {
        this.settings = settings;
        this.clients = clients;
        try {
            if (settings.address() instanceof MpAddress.Tcp tcp) {
                throw noDescriptors(tcp);
            }
            this.listener = Listener.bind(bootstrap(), settings.address());
            listener.setAccepting(true);
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
     * @param clients takes the socket of each authenticated client, which it then owns, and what to run when the client
     *     has gone; called on the event loop
     * @return the open door
     * @throws IOException when somebody listens at the address already or it cannot be bound
     */
    public static FrontDoor open(Settings settings, BiConsumer<Transport, Runnable> clients) throws IOException {
        requireFree(settings.address());
        return new FrontDoor(settings, clients);
    }

    private ServerBootstrap bootstrap() {
        return new ServerBootstrap()
                .group(loop)
                .option(ChannelOption.AUTO_READ, false)
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
        if (!settings.users().test(peer.uid())) {
            LOG.log(
                    Level.WARNING,
                    "refused process {0} of user {1}: start the daemon with --allow-uid {1} to admit that user",
                    Integer.toString(peer.pid()),
                    Integer.toString(peer.uid()));
            refusals.count(Refusal.USER);
            channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
            return;
        }
        changePlaces(1);
        channel.closeFuture().addListener(closed -> changePlaces(-1));
        HandshakeHandler handler =
                new HandshakeHandler(settings.key(), settings.handshakeTimeout(), this::handOver, refusals);
        channel.config().setRecvByteBufAllocator(new ExactReads(handler::wanted));
        channel.pipeline().addLast(handler);
    }

    private void handOver(Transport socket) {
        changePlaces(1);
        clients.accept(socket, () -> changePlaces(-1));
    }

    /** Accepts nobody while all places are taken: clients wait in the kernel's backlog. */
    private void changePlaces(int by) {
        synchronized (places) {
            int taken = places.addAndGet(by);
            boolean free = taken < settings.connections().getAsInt();
            if (!free && accepting) {
                LOG.log(
                        Level.WARNING,
                        "{0} clients are connected, the limit: further ones wait; see --max-connections",
                        Integer.toString(taken));
            }
            if (free != accepting) {
                accepting = free;
                listener.setAccepting(free);
            }
        }
    }

    @Override
    public Tally<Refusal> refusals() {
        return refusals;
    }

    /**
     * Returns how much memory outside the heap the event loops use.
     *
     * @return bytes
     */
    public static long directMemory() {
        return PlatformDependent.usedDirectMemory();
    }

    @Override
    public void close() {
        listener.close();
        endLoop();
    }

    @Override
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
