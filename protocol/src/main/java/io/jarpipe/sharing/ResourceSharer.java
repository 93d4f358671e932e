package io.jarpipe.sharing;

import io.jarpipe.MpAddress;
import io.jarpipe.MpPeer;
import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PosixException;
import io.jarpipe.connection.Acceptor;
import io.jarpipe.connection.MpListenerOptions;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps descriptors until another process fetches them: the sending half of {@code DupFd}, CPython's
 * {@code multiprocessing.resource_sharer}.
 *
 * <p>It listens from the first descriptor on. Each client has a virtual thread of its own, so one that stalls delays
 * nobody. What is never fetched is closed with the sharer. Thread-safe.
 */
final class ResourceSharer implements Acceptor.Clients, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ResourceSharer.class.getName());
    /** How many clients are served at a time. */
    private static final int MOST_CLIENTS = 128;

    private final Optional<ProcessKey> key;
    private final PickleCodec codec;
    private final TicketClerk clerk;
    private final Duration patience;

    private final Object monitor = new Object();
    private final Map<Long, Fd> kept = new HashMap<>();
    private final Set<StreamConnection> clients = ConcurrentHashMap.newKeySet();
    private @Nullable SharerFolder folder;
    private @Nullable Acceptor acceptor;
    private long lastKey;
    private volatile boolean closed;

    /**
     * Prepares a sharer.
     *
     * @param key what clients have to know; without it nothing can be kept
     * @param codec reads the clients' requests
     * @param patience how long a client may take to authenticate, and again for its exchange
     */
    ResourceSharer(Optional<ProcessKey> key, PickleCodec codec, Duration patience) {
        this.key = key;
        this.codec = codec;
        this.clerk = new TicketClerk(this::take, codec, patience);
        this.patience = patience;
    }

    /**
     * Keeps a descriptor until it is fetched, once.
     *
     * @param fd the descriptor, owned by the sharer from now on, also when this call fails
     * @return where to fetch it
     * @throws MpSharingException when the authkey is not known
     * @throws IOException when the sharer is closed, or cannot listen
     */
    Ticket keep(Fd fd) throws IOException {
        boolean done = false;
        try {
            ProcessKey processKey = key.orElseThrow(ResourceSharer::noKey);
            synchronized (monitor) {
                if (closed) {
                    throw new ClosedChannelException();
                }
                String address = listen(processKey);
                lastKey++;
                kept.put(lastKey, fd);
                done = true;
                return new Ticket(address, lastKey);
            }
        } finally {
            if (!done) {
                fd.close();
            }
        }
    }

    private static MpSharingException noKey() {
        return new MpSharingException(
                Reason.NO_KEY,
                Ticket.TYPE,
                null,
                "a connection, socket or queue cannot be sent because the authkey of the Python program is not known"
                        + " here",
                null);
    }

    private String listen(ProcessKey processKey) throws IOException {
        if (acceptor == null || folder == null) {
            SharerFolder made = SharerFolder.create();
            try {
                acceptor = Acceptor.open(
                        new MpAddress.UnixPath(made.socket()), processKey.bytes(), options(), MOST_CLIENTS, this);
            } catch (IOException e) {
                made.close();
                throw e;
            }
            folder = made;
            acceptor.start();
        }
        return folder.socket().toString();
    }

    private MpListenerOptions options() {
        return MpListenerOptions.defaults().withHandshakeTimeout(patience).withRefused(ResourceSharer::refused);
    }

    private static void refused(MpPeer peer, IOException why) {
        Level level = why instanceof EOFException ? Level.DEBUG : Level.WARNING;
        LOG.log(level, "a client of the resource sharer was refused: {0}", why.getMessage());
    }

    @Override
    public void accepted(Transport socket, MpPeer peer) {
        StreamConnection client = new StreamConnection(socket, true, true, codec, TicketClerk.LONGEST_REQUEST);
        clients.add(client);
        if (closed) {
            client.close();
        }
        // Not a thread of the worker's group, which is interrupted and waited for.
        Thread.ofVirtual().name("resource-sharer-client").start(() -> serve(client));
    }

    private void serve(StreamConnection client) {
        try {
            clerk.serve(client);
        } finally {
            client.close();
            clients.remove(client);
            acceptor().release();
        }
    }

    private Acceptor acceptor() {
        synchronized (monitor) {
            return Objects.requireNonNull(acceptor, "clients come from the acceptor");
        }
    }

    @Override
    public void full(@Nullable PosixException why) {
        String reason = why == null ? MOST_CLIENTS + " are being served" : why.getMessage();
        LOG.log(Level.WARNING, "clients of the resource sharer have to wait: {0}", reason);
    }

    @Override
    public void failed(IOException why) {
        LOG.log(Level.ERROR, "the resource sharer accepts nobody any more: {0}", why.getMessage());
    }

    /** Hands over a descriptor to the caller, who owns it then; empty when it is not, or no longer, kept. */
    private Optional<Fd> take(long number) {
        synchronized (monitor) {
            return Optional.ofNullable(kept.remove(number));
        }
    }

    /** Closes what was kept under a ticket of this sharer, if it is still there. */
    void withdraw(Ticket ticket) {
        synchronized (monitor) {
            if (folder == null || !folder.socket().toString().equals(ticket.address())) {
                return;
            }
        }
        take(ticket.key()).ifPresent(Fd::close);
    }

    /** Closes everything that was not fetched and removes the socket's folder. Idempotent. */
    @Override
    public void close() {
        Acceptor listening;
        synchronized (monitor) {
            closed = true;
            kept.values().forEach(Fd::close);
            kept.clear();
            listening = acceptor;
        }
        if (listening != null) {
            listening.close();
        }
        if (folder != null) {
            folder.close();
        }
        clients.forEach(StreamConnection::close);
    }
}
