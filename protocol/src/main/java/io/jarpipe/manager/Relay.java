package io.jarpipe.manager;

import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.PosixException;
import io.jarpipe.os.Flow;
import io.jarpipe.pickle.PickleCodec;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

// Some facts about a relay (python-client, jarpipe/_relay.py), which is a manager's server
// -----------------------------------------------------------------------------------------
//   object 0, lead     the first request of the leading connection, which carries no request that waits
//   object 0, detach   (id, how often the worker has acquired the object and keeps it), over the leading connection
//   attach             of each object: what has to be known of it, a number or None; changes nothing
//   A request that waits is given up when another comes, or when its connection ends: its reply says that nothing came.
//   When the connections end, what was acquired over them and is not kept is released.

/**
 * The connections of a worker to the Python process through which it uses objects of a fork context.
 *
 * <p>Each call that runs has a connection of its own, a lane, which another uses afterwards. A thread that owns
 * something, such as an RLock, keeps its lane until it owns nothing any more: in Python, the owner is the thread that
 * serves the lane. Thread-safe. It is closed with the last of its objects.
 */
public final class Relay {
    private static final String WORKER = "0";

    private final ManagerConnection.Server server;

    private final Object monitor = new Object();
    private final List<Lane> open = new ArrayList<>();
    private final Deque<Lane> idle = new ArrayDeque<>();
    private final Map<Thread, Lane> owned = new HashMap<>();
    private final Map<Integer, Grip> grips = new HashMap<>();
    private @Nullable ManagerConnection leading;
    private @Nullable Flow flow;
    private int objects;
    private boolean closed;

    /**
     * Prepares to connect.
     *
     * @param first where one of the objects is
     * @param key the authkey of the Python program
     * @param codec reads and writes what is called with, and returned
     * @param maxLength the longest reply accepted, in bytes
     */
    public Relay(Token first, byte[] key, PickleCodec codec, int maxLength) {
        this.server = new ManagerConnection.Server(first.address(), key.clone(), codec, maxLength);
    }

    /**
     * Attaches to an object.
     *
     * @param token where it is
     * @return the object, to be closed by the caller; null when it is of an unknown kind
     * @throws IOException when the Python process cannot be reached
     * @throws InterruptedException when interrupted while waiting
     */
    public @Nullable Relayed attach(Token token) throws IOException, InterruptedException {
        RelayedObject object = new RelayedObject(this, token.id());
        synchronized (monitor) {
            objects++;
        }
        Relayed made = null;
        try {
            lead();
            made = make(token.typeid(), object);
            return made;
        } finally {
            if (made == null) {
                object.abandon();
            }
        }
    }

    private @Nullable Relayed make(String typeid, RelayedObject object) throws IOException, InterruptedException {
        return switch (typeid) {
            case "jarpipe.Queue" -> RelayedQueue.attach(object);
            case "jarpipe.JoinableQueue" -> RelayedJoinableQueue.attach(object);
            case "jarpipe.SimpleQueue" -> RelayedSimpleQueue.attach(object);
            case "jarpipe.Lock" -> new RelayedLock(object, grip(object, true));
            case "jarpipe.RLock" -> new RelayedRLock(object, grip(object, true));
            case "jarpipe.Semaphore" -> new RelayedSemaphore(object, grip(object, false));
            case "jarpipe.BoundedSemaphore" -> RelayedBoundedSemaphore.attach(object, grip(object, false));
            case "jarpipe.Condition" -> new RelayedCondition(object, grip(object, true));
            case "jarpipe.Event" -> new RelayedEvent(object.attached());
            case "jarpipe.Barrier" -> RelayedBarrier.attach(object);
            default -> null;
        };
    }

    /** Attaches to something that can be acquired; a condition and its lock have the same grip. */
    private Grip grip(RelayedObject object, boolean exclusive) throws IOException, InterruptedException {
        int number = object.attachedNumber();
        synchronized (monitor) {
            return grips.computeIfAbsent(number, unknown -> new Grip(this, exclusive));
        }
    }

    PickleCodec codec() {
        return server.codec();
    }

    private void lead() throws IOException, InterruptedException {
        synchronized (monitor) {
            if (leading != null) {
                return;
            }
        }
        ManagerConnection made = connect();
        boolean done = false;
        try {
            made.send(made.request(WORKER, "lead"));
            Reply.of(made.receive(), codec()).returned();
            synchronized (monitor) {
                leading = made;
                done = !closed;
            }
        } catch (IOException e) {
            throw explain(e);
        } finally {
            if (!done) {
                made.close();
            }
        }
    }

    private ManagerConnection connect() throws IOException, InterruptedException {
        try {
            return ManagerConnection.open(server);
        } catch (PosixException | EOFException e) {
            throw explain(e);
        }
    }

    /** Counts requests and replies from now on. */
    void countInto(Flow into) {
        synchronized (monitor) {
            flow = into;
            open.forEach(lane -> lane.countInto(into));
        }
    }

    /** Borrows a lane for one call: that of the calling thread, if it owns something. */
    Lane borrowOwn() throws IOException, InterruptedException {
        synchronized (monitor) {
            Lane lane = owned.get(Thread.currentThread());
            if (lane != null) {
                lane.borrowed = true;
                return lane;
            }
        }
        return borrow();
    }

    /** Tells whether the calling thread owns something. */
    boolean ownsSomething() {
        synchronized (monitor) {
            return owned.containsKey(Thread.currentThread());
        }
    }

    /** Borrows any lane for one call. */
    Lane borrow() throws IOException, InterruptedException {
        synchronized (monitor) {
            checkOpen();
            Lane known = idle.poll();
            if (known != null) {
                known.borrowed = true;
                return known;
            }
        }
        Lane made = new Lane(connect());
        synchronized (monitor) {
            if (!closed) {
                open.add(made);
                if (flow != null) {
                    made.countInto(flow);
                }
                return made;
            }
        }
        made.close();
        throw new ClosedChannelException();
    }

    /** Takes a lane back; it stays the calling thread's as long as that owns something. */
    void giveBack(Lane lane) {
        synchronized (monitor) {
            lane.borrowed = false;
            if (closed || lane.isClosed()) {
                disown(lane);
                open.remove(lane);
            } else if (lane.holds > 0) {
                lane.owner = Thread.currentThread();
                owned.put(lane.owner, lane);
            } else {
                disown(lane);
                idle.push(lane);
            }
        }
    }

    private void disown(Lane lane) {
        if (lane.owner != null) {
            owned.remove(lane.owner);
            lane.owner = null;
        }
    }

    /** Notes that something was acquired over a lane, which is borrowed by its new owner. */
    void keep(Lane lane) {
        synchronized (monitor) {
            lane.holds++;
        }
    }

    /** Notes that something is not held any more that was acquired over a lane. */
    void free(Lane lane, int count) {
        synchronized (monitor) {
            lane.holds -= count;
            if (lane.holds == 0 && !lane.borrowed) {
                giveBack(lane);
            }
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Says what it means that a connection has failed. */
    IOException explain(IOException e) {
        synchronized (monitor) {
            if (closed) {
                ClosedChannelException closing = new ClosedChannelException();
                closing.initCause(e);
                return closing;
            }
        }
        boolean gone = e instanceof EOFException
                || e instanceof MpBrokenPipeException
                || (e instanceof PosixException system
                        && (system.errnoName().equals("ECONNRESET")
                                || system.errnoName().equals("ECONNREFUSED")));
        if (!gone) {
            return e;
        }
        EOFException ended = new EOFException("the Python process that started this worker has ended: an object of a"
                + " fork context can be used through it alone");
        ended.initCause(e);
        return ended;
    }

    /**
     * Lets go of one object in good order.
     *
     * @param id the object
     * @param kept how often it was acquired and stays so
     */
    void detach(String id, int kept) {
        ManagerConnection telling;
        boolean last;
        synchronized (monitor) {
            objects--;
            last = objects == 0;
            telling = closed ? null : leading;
        }
        try {
            if (telling != null && kept > 0) {
                telling.sendRegardless(telling.request(WORKER, "detach", id, kept)); // a socket has room for so little
            }
        } catch (IOException gone) {
            System.getLogger(Relay.class.getName())
                    .log(System.Logger.Level.DEBUG, "a relay has gone before its objects", gone);
        } finally {
            if (last) {
                close();
            }
        }
    }

    /** Lets go of all objects as one who dies: what was acquired is released. Idempotent; does not block. */
    void close() {
        List<Lane> lanes;
        ManagerConnection telling;
        synchronized (monitor) {
            closed = true;
            lanes = List.copyOf(open);
            open.clear();
            idle.clear();
            owned.clear();
            telling = leading;
        }
        if (telling != null) {
            telling.close();
        }
        lanes.forEach(Lane::close);
    }
}
