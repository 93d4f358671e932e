package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.PyObject;
import io.jarpipe.connection.CurrentProcess;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.manager.Relayed;
import io.jarpipe.os.Fd;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.queue.SimplePipeQueue;
import io.jarpipe.sync.Hold;
import io.jarpipe.sync.OwnedLock;
import io.jarpipe.sync.Rendezvous;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one process of a Python program, here a worker, shares with others: what it was given at its start,
 * what it receives later, and what it has passed on.
 *
 * <p>Who closes what: passing something on duplicates it, so both sides close their own. What is attached here belongs
 * to this collection until it is closed, by its user or by {@link #close()}. What was passed on and has not been
 * fetched by its receiver is closed with this collection as well, as it is when a CPython process ends.
 *
 * <p>Thread-safe.
 */
public final class SharedObjects implements CurrentProcess, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SharedObjects.class.getName());
    /** How long fetching a descriptor may take, and how long one that fetches from here may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** How long to wait for threads to leave conditions, events and barriers. */
    private static final Duration LEAVING = Duration.ofSeconds(1);
    /** Below this number, endpoints that their users have closed are not looked for. */
    private static final int FEW = 32;

    private final Optional<ProcessKey> key;
    private final int maxLength;
    private final PickleCodec codec;
    private final ResourceSharer sharer;
    private final TicketFetcher fetcher;
    private final Traffic traffic;
    private final long maxUnwritten;

    private final Object monitor = new Object();
    private List<Endpoint> endpoints = new ArrayList<>();
    private int tidyAt = FEW;
    private boolean closed;

    /**
     * Prepares to share.
     *
     * @param key the authkey of the Python program; without it nothing can be passed on or received at run time
     * @param codec reads and writes plain pickles
     * @param maxLength the longest message accepted, in bytes
     */
    public SharedObjects(Optional<ProcessKey> key, PickleCodec codec, int maxLength) {
        this(key, codec, maxLength, new Traffic(), Long.MAX_VALUE);
    }

    /**
     * Prepares to share.
     *
     * @param key the authkey of the Python program; without it nothing can be passed on or received at run time
     * @param codec reads and writes plain pickles
     * @param maxLength the longest message accepted, in bytes
     * @param traffic counts what goes through the queues and connections
     * @param maxUnwritten how many bytes may be put into a queue and not be written, before {@code put} waits
     */
    public SharedObjects(
            Optional<ProcessKey> key, PickleCodec codec, int maxLength, Traffic traffic, long maxUnwritten) {
        this(key, codec, maxLength, traffic, maxUnwritten, PATIENCE);
    }

    SharedObjects(Optional<ProcessKey> key, PickleCodec codec, int maxLength, Duration patience) {
        this(key, codec, maxLength, new Traffic(), Long.MAX_VALUE, patience);
    }

    private SharedObjects(
            Optional<ProcessKey> key,
            PickleCodec codec,
            int maxLength,
            Traffic traffic,
            long maxUnwritten,
            Duration patience) {
        this.traffic = traffic;
        this.maxUnwritten = maxUnwritten;
        this.key = key;
        this.maxLength = maxLength;
        this.sharer = new ResourceSharer(key, codec, patience);
        this.fetcher = new TicketFetcher(key, codec, patience);
        this.codec = new SharingCodec(codec, sharer, this);
    }

    /**
     * Returns the codec for messages in which connections, queues, locks and sockets travel; what is attached here uses
     * it.
     *
     * @return the codec, usable until {@link #close()}
     */
    @Override
    public PickleCodec codec() {
        return codec;
    }

    @Override
    public void adopt(Resource opened) throws ClosedChannelException {
        boolean done = false;
        try {
            tune(opened);
            adopt(List.of(Endpoint.weak(opened)));
            done = true;
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    /**
     * Replaces the recipes of shared objects in a value by live objects, in lists, tuples and the values of dicts; the
     * same recipe at two places becomes the same object.
     *
     * @param value what was unpickled; its lists and dicts may be changed
     * @param descriptors finds the descriptors that were sent along; those that are kept by other processes for us are
     *     fetched from there
     * @return the value with live objects; the same object where nothing was replaced
     * @throws MpSharingException when an object cannot be shared with Java; all that was attached before is closed
     *     again
     * @throws IOException when the system refuses to attach, likewise
     */
    public @Nullable Object attach(@Nullable Object value, DescriptorSource descriptors) throws IOException {
        if (!Replacement.isNeeded(value)) {
            return value;
        }
        Attacher attacher = new Attacher(dupFd -> claim(dupFd, descriptors), codec, maxLength, key);
        boolean done = false;
        try {
            Object result = new Replacement(attacher).replaceIn(value);
            attacher.attached().forEach(endpoint -> tune(endpoint.object()));
            adopt(attacher.attached());
            done = true;
            return result;
        } finally {
            if (!done) {
                attacher.attached().forEach(Endpoint::close);
            }
        }
    }

    /** Lets what is attached be counted and limited as all of this process. */
    private void tune(Object object) {
        switch (object) {
            case PipeQueue<?> queue -> {
                queue.countInto(traffic.of(Traffic.Kind.QUEUE));
                queue.limitUnwritten(maxUnwritten);
            }
            case SimplePipeQueue<?> queue -> queue.countInto(traffic.of(Traffic.Kind.SIMPLE_QUEUE));
            case Relayed relayed -> relayed.countInto(traffic.of(Traffic.Kind.RELAY));
            case StreamConnection connection -> connection.countInto(traffic.of(Traffic.Kind.CONNECTION));
            default -> {}
        }
    }

    /**
     * Returns the figures of this process.
     *
     * @return what goes through its queues and connections
     */
    public Traffic traffic() {
        return traffic;
    }

    /**
     * Tells how full the queues are that this process uses.
     *
     * @return the number of items of each, by the name of the semaphore that counts its places
     */
    public Map<String, Integer> depths() {
        return Inventory.depths(endpoints());
    }

    /**
     * Something that a process uses together with others.
     *
     * @param description what it is
     * @param items how many items a queue holds; -1 for what is no queue
     * @param unwritten how many items were put into it here and are in no pipe yet
     */
    public record Use(String description, int items, int unwritten) {}

    /**
     * Lists what this process uses.
     *
     * @return all that is open, in the order in which it came
     */
    public List<Use> uses() {
        return Inventory.uses(endpoints());
    }

    private Fd claim(PyObject dupFd, DescriptorSource descriptors) throws IOException {
        return Ticket.isTicket(dupFd) ? fetcher.fetch(Ticket.of(dupFd)) : descriptors.claim(dupFd);
    }

    private void adopt(List<Endpoint> attached) throws ClosedChannelException {
        synchronized (monitor) {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (endpoints.size() >= tidyAt) {
                endpoints.removeIf(Endpoint::done);
                tidyAt = Math.max(FEW, 2 * endpoints.size());
            }
            endpoints.addAll(attached);
        }
    }

    /**
     * Waits until all that was put into queues is written, as a CPython process does before it ends; what a queue need
     * not wait for is dropped.
     *
     * @throws IOException when a queue has failed; the others are waited for by calling again
     * @throws InterruptedException when interrupted while waiting
     */
    public void flush() throws IOException, InterruptedException {
        for (PipeQueue<?> queue : Inventory.queues(endpoints())) {
            queue.flush();
        }
    }

    /**
     * Releases what a process that ends abnormally would leave taken for ever, and drops what it has not written.
     *
     * @param process its name, for the log
     */
    public void giveUp(String process) {
        all(Relayed.class).forEach(Relayed::abandon);
        List<OwnedLock> locks = all(OwnedLock.class);
        locks.forEach(OwnedLock::retain); // those of conditions are closed with them, but not before they are released
        endWaits();
        locks.forEach(lock -> releaseHeld(process, lock));
        for (PipeQueue<?> queue : Inventory.queues(endpoints())) {
            int lost = queue.discardUnwritten();
            if (lost > 0) {
                LOG.log(Level.WARNING, "{0} ended before {1} of its items were written", process, lost);
            }
        }
    }

    private static void releaseHeld(String process, OwnedLock lock) {
        try {
            if (lock.releaseHeld()) {
                LOG.log(Level.WARNING, "{0} ended while it held {1}: released", process, lock);
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, process + " ended, and " + lock + " could not be released", e);
        }
    }

    /** Lets all threads leave that wait in conditions, events and barriers, where other processes have counted them. */
    private void endWaits() {
        List<Rendezvous> waitedIn = all(Rendezvous.class);
        waitedIn.forEach(Rendezvous::endWaits);
        boolean interrupted = Thread.interrupted(); // as a worker that is terminated is
        long deadline = System.nanoTime() + LEAVING.toNanos();
        try {
            for (Rendezvous left : waitedIn) {
                if (!left.awaitLeft(Duration.ofNanos(deadline - System.nanoTime()))) {
                    LOG.log(Level.WARNING, "a worker ends, but one of its threads has not left {0} yet", left);
                }
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Lists the locks and semaphores that the process holds at this moment.
     *
     * @return those acquired and not released, in the order in which they were attached
     */
    public List<Hold> holds() {
        return Inventory.holds(endpoints());
    }

    /**
     * Counts what was put into queues and is in no pipe yet.
     *
     * @return the number of items
     */
    public int unwritten() {
        return Inventory.unwritten(endpoints());
    }

    private <T> List<T> all(Class<T> type) {
        return endpoints().stream()
                .map(Endpoint::object)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /**
     * Tells how this process uses its queues and locks.
     *
     * @return how many it uses, and in which way
     */
    public Usage usage() {
        return Inventory.usage(endpoints());
    }

    /**
     * How many queues and locks a process uses.
     *
     * @param direct those whose semaphores and pipes it uses itself
     * @param relayed those of a fork context, which it uses through the Python process that started it
     */
    public record Usage(int direct, int relayed) {}

    /** Returns how many endpoints are remembered. */
    int held() {
        return endpoints().size();
    }

    private List<Endpoint> endpoints() {
        synchronized (monitor) {
            return List.copyOf(endpoints);
        }
    }

    /**
     * Closes all that is attached and all that waits to be fetched. Idempotent. Does not block, except for threads that
     * wait in conditions, events and barriers: they need some 50 ms to leave them.
     */
    @Override
    public void close() {
        endWaits();
        List<Endpoint> open;
        synchronized (monitor) {
            closed = true;
            open = endpoints;
            endpoints = new ArrayList<>();
        }
        sharer.close();
        fetcher.close();
        open.forEach(Endpoint::close);
    }
}
