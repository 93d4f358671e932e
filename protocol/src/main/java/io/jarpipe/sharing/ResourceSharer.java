package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.os.Fd;
import io.jarpipe.os.UnixListener;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps descriptors until another process fetches them: the sending half of {@code DupFd}, CPython's
 * {@code multiprocessing.resource_sharer}.
 *
 * <p>It listens from the first descriptor on. Each client has a virtual thread of its own, so one that stalls delays
 * nobody. What is never fetched is closed with the sharer. Thread-safe.
 */
final class ResourceSharer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ResourceSharer.class.getName());
    private static final int BACKLOG = 128;
    /** How long nobody is accepted after the system refused, which it does while no descriptor is left. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Optional<ProcessKey> key;
    private final PickleCodec codec;
    private final Duration patience;

    private final Object monitor = new Object();
    private final Map<Long, Fd> kept = new HashMap<>();
    private final Set<Fd> clients = ConcurrentHashMap.newKeySet();
    private @Nullable SharerFolder folder;
    private @Nullable UnixListener listener;
    private long lastKey;
    private volatile boolean closed;

    /**
     * Prepares a sharer.
     *
     * @param key what clients have to know; without it nothing can be kept
     * @param codec reads the clients' requests
     * @param patience how long a client may take for all of its exchange
     */
    ResourceSharer(Optional<ProcessKey> key, PickleCodec codec, Duration patience) {
        this.key = key;
        this.codec = codec;
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
        if (listener == null || folder == null) {
            SharerFolder made = SharerFolder.create();
            try {
                listener = UnixListener.open(made.socket().toString(), BACKLOG);
            } catch (IOException e) {
                made.close();
                throw e;
            }
            folder = made;
            UnixListener accepting = listener;
            // Not a thread of the worker's group, which is interrupted and waited for.
            Thread.ofVirtual().name("resource-sharer").start(() -> acceptAll(accepting, processKey));
        }
        return folder.socket().toString();
    }

    private void acceptAll(UnixListener accepting, ProcessKey processKey) {
        while (!closed) {
            try {
                serve(accepting.accept(), processKey);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.log(Level.WARNING, "a client of the resource sharer could not be accepted: {0}", e.getMessage());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void serve(Fd socket, ProcessKey processKey) {
        clients.add(socket);
        if (closed) {
            socket.close();
        }
        TicketClerk clerk = new TicketClerk(this::take, processKey, codec, patience);
        Thread.ofVirtual().name("resource-sharer-client").start(() -> {
            try {
                clerk.serve(socket);
            } finally {
                socket.close();
                clients.remove(socket);
            }
        });
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

    /** Closes everything that was not fetched and removes the socket's folder. Idempotent; does not block. */
    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
            kept.values().forEach(Fd::close);
            kept.clear();
            if (listener != null) {
                listener.close();
            }
            if (folder != null) {
                folder.close();
            }
        }
        clients.forEach(Fd::close);
    }
}
