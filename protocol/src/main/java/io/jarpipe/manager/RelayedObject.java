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
import java.util.List;
import org.jspecify.annotations.Nullable;

// Some facts about a relay (python-client, jarpipe/_relay.py), which is a manager's server
// -----------------------------------------------------------------------------------------
//   attach   the first call over each connection; changes nothing when it is called again
//   detach   (how often the worker has acquired the object and keeps it): it lets go in good order
//   A request that waits is given up when another comes, or when its connection ends: its reply says that nothing came.
//   When the last connection ends, what was acquired and is not kept is released.

/**
 * An object of a fork context, which lives in a Python process and is used through it.
 *
 * <p>Each call that runs has a connection of its own, which another uses afterwards. Thread-safe.
 */
final class RelayedObject {
    /**
     * What a call brought.
     *
     * @param reply what the server replied
     * @param interrupted whether the calling thread was interrupted meanwhile, so that the call was given up if nothing
     *     had come of it yet; its interrupt status is cleared then
     */
    record Answer(Reply reply, boolean interrupted) {}

    private final String id;
    private final ManagerConnection.Server server;

    private final Object monitor = new Object();
    private final List<ManagerConnection> open = new ArrayList<>();
    private final Deque<ManagerConnection> idle = new ArrayDeque<>();
    private boolean closed;
    private @Nullable Flow flow;

    private RelayedObject(Token token, byte[] key, PickleCodec codec, int maxLength) {
        this.id = token.id();
        this.server = new ManagerConnection.Server(token.address(), key.clone(), codec, maxLength);
    }

    /** Connects to an object; the connection stays open until {@link #detach} or {@link #abandon}. */
    static RelayedObject attach(Token token, byte[] key, PickleCodec codec, int maxLength)
            throws IOException, InterruptedException {
        RelayedObject object = new RelayedObject(token, key, codec, maxLength);
        object.putBack(object.connect());
        return object;
    }

    /** Returns what reads and writes the values. */
    PickleCodec codec() {
        return server.codec();
    }

    /** Calls a method that may wait. */
    Answer call(String method, @Nullable Object... args) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        ManagerConnection connection = take();
        byte[] request = connection.request(id, method, args);
        boolean sent = false;
        boolean interrupted = false;
        byte[] reply;
        try {
            connection.send(request);
            sent = true;
            reply = connection.receive();
        } catch (InterruptedException e) {
            if (!sent) {
                server.codec().discard(request);
                putBack(connection);
                throw e;
            }
            interrupted = true;
            reply = giveUp(connection);
        } catch (IOException e) {
            throw lost(connection, e);
        }
        putBack(connection);
        return new Answer(Reply.of(reply, server.codec()), interrupted);
    }

    /** Ends the wait of a request, and returns the reply to it: something may have come just now. */
    private byte[] giveUp(ManagerConnection connection) throws IOException {
        try {
            connection.sendRegardless(connection.request(id, "attach"));
            byte[] reply = connection.receiveRegardless();
            connection.receiveRegardless();
            return reply;
        } catch (IOException e) {
            throw lost(connection, e);
        }
    }

    /** Calls a method that does not wait; an interrupt stays pending. */
    @Nullable
    Object callAtOnce(String method) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    Answer answer = call(method);
                    interrupted |= answer.interrupted();
                    return answer.reply().returned();
                } catch (InterruptedException e) {
                    interrupted = true; // before anything was sent
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Counts requests and replies from now on. */
    void countInto(Flow into) {
        synchronized (monitor) {
            flow = into;
            open.forEach(connection -> connection.countInto(into));
        }
    }

    private ManagerConnection take() throws IOException, InterruptedException {
        synchronized (monitor) {
            checkOpen();
            ManagerConnection known = idle.poll();
            if (known != null) {
                return known;
            }
        }
        return connect();
    }

    private ManagerConnection connect() throws IOException, InterruptedException {
        ManagerConnection made = open();
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

    private ManagerConnection open() throws IOException, InterruptedException {
        ManagerConnection made = null;
        boolean done = false;
        try {
            made = ManagerConnection.open(server);
            made.send(made.request(id, "attach"));
            Reply.of(made.receive(), server.codec()).returned();
            done = true;
            return made;
        } catch (PosixException | EOFException e) {
            throw explain(e);
        } finally {
            if (!done && made != null) {
                made.close();
            }
        }
    }

    private void putBack(ManagerConnection connection) {
        synchronized (monitor) {
            if (!closed) {
                idle.push(connection);
            }
        }
    }

    private void checkOpen() throws ClosedChannelException {
        synchronized (monitor) {
            if (closed) {
                throw new ClosedChannelException();
            }
        }
    }

    private IOException lost(ManagerConnection connection, IOException e) {
        connection.close();
        synchronized (monitor) {
            open.remove(connection);
        }
        return explain(e);
    }

    private IOException explain(IOException e) {
        if (isClosed()) {
            ClosedChannelException closing = new ClosedChannelException();
            closing.initCause(e);
            return closing;
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

    /** Tells whether the object was let go of. */
    boolean isClosed() {
        synchronized (monitor) {
            return closed;
        }
    }

    /**
     * Lets go of the object in good order, and ends the calls that run. Idempotent; does not block.
     *
     * @param kept how often it was acquired and stays so
     */
    void detach(int kept) {
        end(kept);
    }

    /** Lets go of the object as one who dies: what it has acquired is released. Idempotent; does not block. */
    void abandon() {
        end(null);
    }

    private void end(@Nullable Integer kept) {
        List<ManagerConnection> connections;
        synchronized (monitor) {
            closed = true;
            connections = List.copyOf(open);
            open.clear();
            idle.clear();
        }
        try {
            if (kept != null && !connections.isEmpty()) {
                ManagerConnection any = connections.getFirst();
                any.sendRegardless(any.request(id, "detach", kept)); // a socket has room for so little
            }
        } catch (IOException gone) {
            System.getLogger(RelayedObject.class.getName())
                    .log(System.Logger.Level.DEBUG, "a relay has gone before its object", gone);
        } finally {
            connections.forEach(ManagerConnection::close);
        }
    }
}
