package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.connection.StreamSocket;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.sync.OwnedLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes live objects of the recipes in one pickle; the same recipe gives the same object. */
final class Attacher {
    private static final long SOCK_STREAM = 1;

    private final DescriptorSource descriptors;
    private final PickleCodec codec;
    private final int maxLength;
    private final IdentityHashMap<PyObject, Object> known = new IdentityHashMap<>();
    private final Set<OwnedLock> exposed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Endpoint> attached = new ArrayList<>();
    private final Synchronization synchronization;

    /** Attaches; what is attached reads and writes its messages with {@code codec}, up to {@code maxLength} bytes. */
    Attacher(DescriptorSource descriptors, PickleCodec codec, int maxLength) {
        this.descriptors = descriptors;
        this.codec = codec;
        this.maxLength = maxLength;
        this.synchronization = new Synchronization(descriptors, this::lock);
    }

    /** Returns the live object for a recipe for which {@link Recipes#isShared} holds. */
    Object attach(PyObject recipe) throws IOException {
        Object object = object(recipe);
        if (object instanceof OwnedLock lock && exposed.add(lock)) {
            lock.retain(); // by the program, which closes it, or the end of the process does
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
            PipeQueue<@Nullable Object> queue = queue(recipe);
            return new Endpoint(queue, queue::isReleased, queue::close);
        } else if (callable.equals(Recipes.SOCKET)) {
            StreamSocket socket = socket(recipe);
            return new Endpoint(socket, socket::isClosed, socket::close);
        }
        Endpoint synchronizing = synchronization.make(recipe);
        if (synchronizing == null) {
            throw Recipes.unsupported(recipe);
        }
        return synchronizing;
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

    private PipeQueue<@Nullable Object> queue(PyObject recipe) throws IOException {
        PyTuple state = recipe.stateTuple();
        if (state.size() != 8
                || !(state.get(2) instanceof PyObject reader)
                || !(state.get(3) instanceof PyObject writer)
                || !(state.get(4) instanceof PyObject readLock)
                || !(state.get(5) instanceof PyObject writeLock)
                || !(state.get(6) instanceof PyObject freeSlots)) {
            throw MpSharingException.malformed(recipe.className(), "a state of 8 elements");
        }
        try (Opening opening = new Opening()) {
            PipeQueue.Parts parts = new PipeQueue.Parts(
                    opening.keep(transport(reader, true, false)),
                    opening.keep(transport(writer, false, true)),
                    opening.keep(Semaphores.open(readLock)),
                    opening.keep(Semaphores.open(writeLock)),
                    opening.keep(Semaphores.open(freeSlots)));
            opening.succeeded();
            return new PipeQueue<>(parts, codec, item -> item, maxLength);
        }
    }
}
