package io.jarpipe.sharing;

import io.jarpipe.MpAddress;
import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.connection.StreamSocket;
import io.jarpipe.manager.Relay;
import io.jarpipe.manager.Relayed;
import io.jarpipe.manager.Token;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.queue.SimplePipeQueue;
import io.jarpipe.sync.OwnedLock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes live objects of the recipes in one pickle; the same recipe gives the same object. */
final class Attacher {
    private static final long SOCK_STREAM = 1;

    private final DescriptorSource descriptors;
    private final PickleCodec codec;
    private final int maxLength;
    private final Optional<ProcessKey> key;
    private final IdentityHashMap<PyObject, Object> known = new IdentityHashMap<>();
    private final List<Endpoint> attached = new ArrayList<>();
    private final Map<MpAddress, Relay> relays = new HashMap<>();
    private final Synchronization synchronization;

    /**
     * Attaches; what is attached reads and writes its messages with {@code codec}, up to {@code maxLength} bytes, and
     * authenticates with {@code key} where it has to connect.
     */
    Attacher(DescriptorSource descriptors, PickleCodec codec, int maxLength, Optional<ProcessKey> key) {
        this.descriptors = descriptors;
        this.codec = codec;
        this.maxLength = maxLength;
        this.key = key;
        this.synchronization = new Synchronization(descriptors, this::lock);
    }

    /** Returns the live object for a recipe for which {@link Recipes#isShared} holds. */
    Object attach(PyObject recipe) throws IOException {
        Object object = object(recipe);
        if (object instanceof OwnedLock lock) {
            lock.expose(); // to the program, which closes it, or the end of the process does
        }
        return object;
    }

    private OwnedLock lock(PyObject recipe) throws IOException {
        if (object(recipe) instanceof OwnedLock lock) {
            return lock;
        }
        throw MpSharingException.malformed(recipe.className(), "a Lock or RLock in a Condition");
    }

    private Object object(PyObject recipe) throws IOException {
        Object done = known.get(recipe);
        if (done == null) {
            Endpoint made = make(recipe);
            attached.add(made);
            done = made.object();
            known.put(recipe, done);
        }
        return done;
    }

    /** Returns all that was attached, in order. */
    List<Endpoint> attached() {
        return attached;
    }

    private Endpoint make(PyObject recipe) throws IOException {
        Object callable = recipe.callable();
        if (callable.equals(Recipes.CONNECTION)) {
            StreamConnection connection = connection(recipe);
            return new Endpoint(connection, connection::isClosed, connection::close);
        } else if (callable.equals(Recipes.QUEUE)) {
            PipeQueue<@Nullable Object> queue = queues().queue(recipe);
            return new Endpoint(queue, queue::isReleased, queue::close);
        } else if (callable.equals(Recipes.JOINABLE_QUEUE)) {
            PipeQueue<@Nullable Object> queue = queues().joinableQueue(recipe);
            return new Endpoint(queue, queue::isReleased, queue::close);
        } else if (callable.equals(Recipes.SIMPLE_QUEUE)) {
            SimplePipeQueue<@Nullable Object> queue = queues().simpleQueue(recipe);
            return new Endpoint(queue, queue::isReleased, queue::close);
        } else if (callable.equals(Recipes.SOCKET)) {
            StreamSocket socket = socket(recipe);
            return new Endpoint(socket, socket::isClosed, socket::close);
        } else if (callable.equals(Recipes.PROXY)) {
            Relayed relayed = relayed(recipe);
            return new Endpoint(relayed, relayed::isClosed, relayed::close);
        }
        Endpoint synchronizing = synchronization.make(recipe);
        if (synchronizing == null) {
            throw Recipes.unsupported(recipe);
        }
        return synchronizing;
    }

    private Relayed relayed(PyObject proxy) throws IOException {
        Token token = Token.ofProxy(proxy);
        byte[] authkey = key.map(ProcessKey::bytes).orElseThrow(() -> Recipes.unsupported(proxy));
        try {
            Relayed relayed = relays.computeIfAbsent(
                            token.address(), address -> new Relay(token, authkey, codec, maxLength))
                    .attach(token);
            if (relayed == null) {
                throw Recipes.unsupported(proxy);
            }
            return relayed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting to an object of a fork context");
        }
    }

    private StreamConnection connection(PyObject recipe) throws IOException {
        boolean readable = Boolean.TRUE.equals(Recipes.argument(recipe, 1));
        boolean writable = Boolean.TRUE.equals(Recipes.argument(recipe, 2));
        Transport transport = transport(recipe, readable, writable);
        return new StreamConnection(transport, readable, writable, codec, maxLength);
    }

    private Transport transport(PyObject recipe, boolean readable, boolean writable) throws IOException {
        Fd fd = descriptors.claim(Recipes.objectArgument(recipe, 0));
        return Transport.adopt(fd, readable, writable);
    }

    private StreamSocket socket(PyObject recipe) throws IOException {
        StreamSocket.Kind kind = new StreamSocket.Kind(
                Recipes.argument(recipe, 1), Recipes.argument(recipe, 2), Recipes.argument(recipe, 3));
        Transport transport = transport(recipe, true, true); // also of a kind to refuse, or it would wait for ever
        if (!isStream(kind.type())) {
            transport.close();
            throw new MpSharingException(
                    Reason.UNSUPPORTED,
                    "socket.socket",
                    null,
                    "only stream sockets can be shared with a Java worker, not datagram or raw ones",
                    null);
        }
        return new StreamSocket(transport, kind);
    }

    /**
     * Up to 3.10 an enum's member is pickled by name, from 3.11 on as a call with its value; a plain int may come, too.
     */
    private static boolean isStream(@Nullable Object type) {
        return switch (type) {
            case Long number -> number == SOCK_STREAM;
            case PyGlobal member -> member.qualname().equals("SOCK_STREAM");
            case PyObject call ->
                !call.args().isEmpty()
                        && Long.valueOf(SOCK_STREAM).equals(call.args().getFirst());
            case null, default -> false;
        };
    }

    private QueueRecipes queues() {
        return new QueueRecipes(this::transport, codec, maxLength);
    }
}
