package io.jarpipe.connection;

import io.jarpipe.MpAddress;
import io.jarpipe.MpPeer;
import io.jarpipe.PosixException;
import io.jarpipe.auth.Handshake;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.ListeningSocket;
import io.jarpipe.os.ListeningSocket.Accepted;
import io.jarpipe.os.Transport;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

// Some facts about accepting
// ---------------------------
// CPython's Listener.accept() carries out the handshake itself, so that one silent client keeps all others out. Here
// one thread accepts, and each client authenticates on a thread of its own, usually a virtual one: one that stalls
// costs a descriptor and some hundred bytes until its time is over, or until it is the oldest of too many.
//
// A connection needs a place, of which there is a fixed number; whoever uses the connection gives the place back. While
// there is none nobody is accepted, and clients wait in the kernel's backlog: they are slowed down, not refused.

/** Accepts and authenticates the clients of one address, side by side, each on a thread of its own. */
public final class Acceptor implements AutoCloseable {
    private static final int BACKLOG = 128;
    /** How long to wait when no descriptor is left: nothing tells when there is one again. */
    private static final Duration EXHAUSTION_PAUSE = Duration.ofMillis(100);

    /** How long closing may wait: longer only if an observer of the clients blocks. */
    private static final Duration END = Duration.ofSeconds(1);

    private static final Set<String> EXHAUSTED = Set.of("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM");

    /** Where the connections go. Called on the acceptor's threads; the methods must not block for long. */
    public interface Clients {
        /**
         * Takes over a connection with its place, which is to be given back by {@link Acceptor#release()}.
         *
         * @param socket the client's socket, authenticated if there is a key; owned by this method from now on
         * @param peer who is at the other end
         */
        void accepted(Transport socket, MpPeer peer);

        /**
         * Hears that nobody is accepted for the time being.
         *
         * @param why null when all places are taken, else the system call that failed for want of descriptors or memory
         */
        void full(@Nullable PosixException why);

        /**
         * Hears that nobody will be accepted any more.
         *
         * @param why what went wrong
         */
        void failed(IOException why);
    }

    private final ListeningSocket socket;
    private final byte @Nullable [] key;
    private final MpListenerOptions options;
    private final Clients clients;
    private final Supplier<? extends Thread.Builder> threads;
    private final Semaphore places;
    private final HandshakesInProgress handshakes;
    private final Thread thread;

    private Acceptor(
            ListeningSocket socket,
            byte @Nullable [] key,
            MpListenerOptions options,
            int places,
            Clients clients,
            Supplier<? extends Thread.Builder> threads) {
        this.socket = socket;
        this.key = key == null ? null : key.clone();
        this.options = options;
        this.clients = clients;
        this.threads = threads;
        this.places = new Semaphore(places, true);
        this.handshakes = new HandshakesInProgress(options.maxHandshakes());
        this.thread = threads.get().name("accept " + socket.address()).unstarted(this::run);
    }

    /**
     * Begins to listen; clients are accepted after {@link #start()}.
     *
     * @param address where; TCP port 0 means any free port
     * @param key the authkey; null accepts everybody
     * @param options limits
     * @param places how many connections there may be at a time
     * @param clients takes the connections
     * @return the acceptor, to be closed by the caller
     * @throws PosixException with EADDRINUSE when somebody listens there
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when a TCP port is to be opened without a key, which must be allowed explicitly
     */
    public static Acceptor open(
            MpAddress address, byte @Nullable [] key, MpListenerOptions options, int places, Clients clients)
            throws IOException {
        return open(address, key, options, places, clients, Thread::ofVirtual);
    }

    /**
     * Begins to listen, as the other method does, with threads of a chosen kind.
     *
     * @param address where; TCP port 0 means any free port
     * @param key the authkey; null accepts everybody
     * @param options limits
     * @param places how many connections there may be at a time
     * @param clients takes the connections
     * @param threads what to accept and to authenticate on
     * @return the acceptor, to be closed by the caller
     * @throws PosixException with EADDRINUSE when somebody listens there
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when a TCP port is to be opened without a key, which must be allowed explicitly
     */
    public static Acceptor open(
            MpAddress address,
            byte @Nullable [] key,
            MpListenerOptions options,
            int places,
            Clients clients,
            Supplier<? extends Thread.Builder> threads)
            throws IOException {
        boolean keyless = key == null || key.length == 0;
        if (keyless && address instanceof MpAddress.Tcp && !options.allowsKeylessTcp()) {
            throw new IllegalArgumentException("TCP address " + address
                    + " without an authkey: whoever reaches the port could send pickles; give a key, or listen at a Unix"
                    + " socket, or allow it with MpListenerOptions.withKeylessTcp()");
        }
        ListeningSocket socket = ListeningSocket.open(address, options.permissions(), BACKLOG);
        return new Acceptor(socket, key, options, places, clients, threads);
    }

    /** Begins to accept; called once. */
    public void start() {
        thread.start();
    }

    /**
     * Returns where clients connect to.
     *
     * @return the address, of a TCP port the numeric host and the real port
     */
    public MpAddress address() {
        return socket.address();
    }

    /** Gives the place of a connection back. */
    public void release() {
        places.release();
    }

    private void run() {
        try {
            while (true) {
                acceptOne();
            }
        } catch (ClosedChannelException | InterruptedException closed) {
            socket.close();
        } catch (IOException | RuntimeException e) {
            socket.close();
            clients.failed(e instanceof IOException io ? io : new IOException(e));
        }
    }

    private void acceptOne() throws IOException, InterruptedException {
        if (!places.tryAcquire()) {
            clients.full(null);
            places.acquire();
        }
        places.release(); // it was only to be seen that there is one; it is taken by who has proved to know the key
        Accepted client = awaitClient();
        Transport transport = Transport.adopt(client.socket(), true, true);
        if (!admits(client.peer(), transport)) {
            transport.close();
            options.refused().accept(client.peer(), new IOException("not admitted"));
        } else if (key == null) {
            deliver(transport, client.peer());
        } else {
            begin(client.peer(), transport, key);
        }
    }

    /** Asks who decides about clients; if that fails, the client is not kept waiting. */
    private boolean admits(MpPeer peer, Transport transport) {
        try {
            return options.admission().test(peer);
        } catch (RuntimeException e) {
            transport.close();
            throw e;
        }
    }

    /** Hands over a connection that needs no handshake; they stay in order. */
    private void deliver(Transport transport, MpPeer peer) throws InterruptedException {
        try {
            places.acquire();
        } catch (InterruptedException e) {
            transport.close();
            throw e;
        }
        clients.accepted(transport, peer);
    }

    private Accepted awaitClient() throws IOException, InterruptedException {
        boolean told = false;
        while (true) {
            try {
                Accepted client = socket.accept(Deadline.NEVER);
                if (client != null) {
                    return client;
                }
            } catch (PosixException e) {
                if (!EXHAUSTED.contains(e.errnoName())) {
                    throw e;
                }
                if (!told) {
                    clients.full(e);
                    told = true;
                }
                handshakes.closeOldest();
                Thread.sleep(EXHAUSTION_PAUSE);
            }
        }
    }

    private void begin(MpPeer peer, Transport transport, byte[] authkey) throws InterruptedException {
        try {
            handshakes.awaitTurn();
        } catch (InterruptedException e) {
            transport.close();
            throw e;
        }
        threads.get()
                .name("authenticate " + peer)
                .start(handshakes.add(transport, attempt -> authenticate(attempt, peer, authkey)));
    }

    private void authenticate(HandshakesInProgress.Attempt attempt, MpPeer peer, byte[] authkey) {
        Transport transport = attempt.transport();
        Handshake.Md5 md5 = options.allowsMd5() ? Handshake.Md5.ALLOWED : Handshake.Md5.REFUSED;
        boolean delivered = false;
        try {
            Duration timeout = options.handshakeTimeout();
            Authentication.run(Handshake.Role.LISTENER, authkey, md5, transport, timeout, Deadline.after(timeout));
            attempt.succeeded();
            places.acquire();
            try {
                attempt.handOver();
            } catch (IOException e) {
                places.release();
                throw e;
            }
            delivered = true;
            clients.accepted(transport, peer);
        } catch (IOException e) {
            if (!socket.isClosed()) {
                options.refused().accept(peer, attempt.explain(e));
            }
        } catch (InterruptedException e) {
            // the acceptor is being closed
        } finally {
            if (!delivered) {
                transport.close();
            }
        }
    }

    /**
     * Stops listening and breaks off handshakes; afterwards the address is free. Connections that were handed over are
     * not touched. Idempotent.
     */
    @Override
    public void close() {
        socket.close();
        thread.interrupt();
        handshakes.closeAll();
        awaitEnd();
    }

    /** The descriptor lives until the accepting thread has let go of it, which is a matter of microseconds. */
    private void awaitEnd() {
        if (thread.getState() == Thread.State.NEW || Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            thread.join(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
