package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PickleException;
import io.jarpipe.PyObject;
import io.jarpipe.binding.Wanted;
import io.jarpipe.os.Fd;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.pickle.Reducer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** A codec for messages in which connections, queues, locks and sockets travel. */
final class SharingCodec implements PickleCodec {
    /** Part of every module name in question; a pickle without it holds nothing shared. */
    private static final BytePattern MARK = new BytePattern("multiprocessing".getBytes(StandardCharsets.US_ASCII));

    private final PickleCodec plain;
    private final ResourceSharer sharer;
    private final SharedObjects shared;
    /** The tickets in pickles that may still be discarded; an array equals only itself. */
    private final Map<byte[], List<Ticket>> ticketsIn = Collections.synchronizedMap(new WeakHashMap<>());

    SharingCodec(PickleCodec plain, ResourceSharer sharer, SharedObjects shared) {
        this.plain = plain;
        this.sharer = sharer;
        this.shared = shared;
    }

    @Override
    public @Nullable Object decode(byte[] pickle) throws PickleException, MpSharingException {
        return decode(pickle, Wanted.ANYTHING);
    }

    @Override
    public @Nullable Object decode(byte[] pickle, Wanted wanted) throws PickleException, MpSharingException {
        Object value = plain.decode(pickle, wanted);
        if (isLeaf(value) || !MARK.isIn(pickle)) {
            return value;
        }
        try {
            return shared.attach(value, SharingCodec::noDescriptor);
        } catch (MpSharingException e) {
            throw e;
        } catch (IOException e) {
            throw new MpSharingException(
                    Reason.FAILED,
                    "object",
                    null,
                    "an object in a message cannot be shared with Java: " + e.getMessage(),
                    e);
        }
    }

    /** Tells at a glance that nothing shared is in a value: what is long is most often one of these. */
    private static boolean isLeaf(@Nullable Object value) {
        return value == null || value instanceof byte[] || value instanceof String || value instanceof Number;
    }

    /** A message that is not a ticket refers to descriptors that only a new process gets. */
    private static Fd noDescriptor(PyObject dupFd) throws MpSharingException {
        throw MpSharingException.malformed(
                dupFd.className(), "a " + Ticket.TYPE + ", as in a message to a process that runs");
    }

    @Override
    public byte[] encode(@Nullable Object value, Reducer reducer) throws PickleException {
        try (Departure departure = new Departure(sharer)) {
            byte[] pickle = plain.encode(value, object -> {
                Optional<PyObject> recipe = reducer.reduce(object);
                return recipe.isPresent() ? recipe : departure.reduce(object);
            });
            List<Ticket> tickets = departure.completed();
            if (!tickets.isEmpty()) {
                ticketsIn.put(pickle, tickets);
            }
            return pickle;
        }
    }

    @Override
    public void discard(byte[] pickle) {
        List<Ticket> tickets = ticketsIn.remove(pickle);
        if (tickets != null) {
            tickets.forEach(sharer::withdraw);
        }
    }
}
