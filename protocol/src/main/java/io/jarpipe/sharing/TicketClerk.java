package io.jarpipe.sharing;

import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.PosixException;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.DescriptorPassing;
import io.jarpipe.os.Fd;
import io.jarpipe.pickle.PickleCodec;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

// Some facts about handing a descriptor to CPython
// -------------------------------------------------
// CPython 3.13 Lib/multiprocessing/resource_sharer.py, _ResourceSharer._serve; Lib/multiprocessing/reduction.py,
// recvfds. The client's request is a pickled (key, pid), of which only the key counts on Unix; a None asks CPython's
// own sharer to stop and means nothing here. A client of 3.14 or newer answers the descriptor with the byte 'A' and
// fails with BrokenPipeError when the socket is closed by then; an older one just closes its end. So the socket stays
// open until the one or the other happened.

/** Serves one client of the resource sharer. */
final class TicketClerk {
    private static final System.Logger LOG = System.getLogger(TicketClerk.class.getName());
    /** A request holds two numbers. */
    static final int LONGEST_REQUEST = 1024;

    private final LongFunction<Optional<Fd>> kept;
    private final PickleCodec codec;
    private final Duration patience;

    /** Serves from what is kept; taking a descriptor from there makes the clerk its owner. */
    TicketClerk(LongFunction<Optional<Fd>> kept, PickleCodec codec, Duration patience) {
        this.kept = kept;
        this.codec = codec;
        this.patience = patience;
    }

    /** Serves a client that has authenticated; the connection stays the caller's, who closes it. */
    void serve(StreamConnection client) {
        try {
            serve(client, Deadline.after(patience));
        } catch (EOFException | ClosedChannelException | MpBrokenPipeException gone) {
            LOG.log(Level.DEBUG, "a client of the resource sharer is gone");
        } catch (IOException e) {
            Level level = isReset(e) ? Level.DEBUG : Level.WARNING;
            LOG.log(level, "a client of the resource sharer could not be served: {0}", e.getMessage());
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts this thread", e);
        }
    }

    /** A client that hangs up before it has read everything resets the connection. */
    private static boolean isReset(IOException e) {
        return e instanceof PosixException system && system.errnoName().equals("ECONNRESET");
    }

    private void serve(StreamConnection client, Deadline deadline) throws IOException, InterruptedException {
        byte[] message = client.recvBytes(deadline);
        if (message == null) {
            LOG.log(Level.WARNING, "a client of the resource sharer did not say in time what it wants");
            return;
        }
        Object request = codec.decode(message);
        if (!(request instanceof PyTuple pair) || pair.size() != 2 || !(pair.get(0) instanceof Long number)) {
            LOG.log(Level.WARNING, "a client of the resource sharer asked for nothing that it keeps");
            return;
        }
        Optional<Fd> taken = kept.apply(number);
        if (taken.isEmpty()) {
            LOG.log(Level.WARNING, "a descriptor was asked for that was fetched before, or never kept");
            return;
        }
        try (Fd fd = taken.get()) {
            DescriptorPassing.send(client.transport(), List.of(fd), deadline);
        }
        DescriptorPassing.awaitAcknowledgement(client.transport(), deadline);
    }
}
