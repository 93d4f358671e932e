package io.jarpipe.sharing;

import io.jarpipe.MpAuthenticationException;
import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PosixException;
import io.jarpipe.PyTuple;
import io.jarpipe.auth.Handshake;
import io.jarpipe.auth.Handshake.Md5;
import io.jarpipe.connection.Authentication;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.DescriptorPassing;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.ThisProcess;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

// Some facts about fetching a descriptor from CPython's resource sharer
// ----------------------------------------------------------------------
// CPython 3.8 - 3.15, Lib/multiprocessing/resource_sharer.py, _ResourceSharer: connect to the address, authenticate
// mutually with the process authkey, send the pickled (key, pid); then the sharer sends one byte 0x01 with one
// descriptor. From 3.14 on it waits for the byte 'A' afterwards and serves nobody else meanwhile; up to 3.13 it has
// closed the socket by then. It serves one client after another, so a client that stalls delays all others: a wait for
// a place in its queue is normal. A key works once; for one that is unknown it closes the socket without a word.

/** Fetches descriptors that other processes keep for us: the receiving half of {@code DupFd}. Thread-safe. */
final class TicketFetcher implements AutoCloseable {
    private final Optional<ProcessKey> key;
    private final PickleCodec codec;
    private final Duration patience;
    private final Set<Thread> fetching = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    TicketFetcher(Optional<ProcessKey> key, PickleCodec codec, Duration patience) {
        this.key = key;
        this.codec = codec;
        this.patience = patience;
    }

    /**
     * Fetches a descriptor, within the time given at construction for all of it. The message that names it is half
     * received, so an interrupt stays pending: another thread fetches, which closing the fetcher interrupts.
     *
     * @return the descriptor, owned by the caller
     * @throws MpSharingException when it cannot be had; nothing stays open
     */
    Fd fetch(Ticket ticket) throws MpSharingException {
        ProcessKey processKey = key.orElseThrow(
                () -> failure(Reason.NO_KEY, "because the authkey of the Python program is not known here", null));
        Deadline deadline = Deadline.after(patience);
        CompletableFuture<Fd> fetched = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual()
                .name("fetch-descriptor")
                .unstarted(() -> complete(fetched, () -> fetch(ticket, processKey, deadline)));
        fetching.add(thread);
        try {
            thread.start();
            if (closed) {
                thread.interrupt();
            }
            return fetched.join();
        } catch (CompletionException e) {
            throw explain(e.getCause(), deadline);
        } finally {
            fetching.remove(thread);
        }
    }

    private static <T> void complete(CompletableFuture<T> future, Callable<T> work) {
        try {
            future.complete(work.call());
        } catch (Exception e) {
            future.completeExceptionally(e);
        }
    }

    private Fd fetch(Ticket ticket, ProcessKey processKey, Deadline deadline) throws IOException, InterruptedException {
        Transport socket = Transport.adopt(Sockets.connect(ticket.listener(), deadline), true, true);
        try (StreamConnection sharer = new StreamConnection(socket, true, true, codec, 0)) {
            Authentication.run(Handshake.Role.CLIENT, processKey.bytes(), Md5.ALLOWED, socket, patience, deadline);
            sharer.send(PyTuple.of(ticket.key(), ThisProcess.id()));
            return receive(socket, deadline);
        }
    }

    private static Fd receive(Transport socket, Deadline deadline) throws IOException, InterruptedException {
        try {
            Fd fetched = DescriptorPassing.receive(socket, 1, deadline).getFirst();
            DescriptorPassing.acknowledge(socket);
            return fetched;
        } catch (EOFException e) {
            throw failure(
                    Reason.ALREADY_RECEIVED,
                    "because the sender does not keep it any more: somebody has received this message before, and each"
                            + " sending serves one receiver",
                    e);
        }
    }

    private static MpSharingException explain(@Nullable Throwable e, Deadline deadline) {
        return switch (e) {
            case MpSharingException known -> known;
            case MpAuthenticationException wrong
            when !deadline.hasPassed() ->
                failure(Reason.AUTHENTICATION, "because the sender refuses our authkey: " + wrong.getMessage(), e);
            case PosixException system
            when isGone(system) ->
                failure(
                        Reason.SENDER_GONE,
                        "because the sender has ended (" + system.getMessage() + "): let it live until the receiver"
                                + " has got the message",
                        e);
            case InterruptedException closed -> failure(Reason.FAILED, "because the worker has ended", e);
            case null, default -> {
                if (deadline.hasPassed()) {
                    yield failure(
                            Reason.TIMED_OUT,
                            "because the sender did not hand it over in time; its resource sharer serves one receiver"
                                    + " after another, and may be held up by one that stalls",
                            e);
                }
                yield failure(Reason.FAILED, "because of: " + e, e);
            }
        };
    }

    private static boolean isGone(PosixException e) {
        return switch (e.errnoName()) {
            case "ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE" -> true;
            default -> false;
        };
    }

    private static MpSharingException failure(Reason reason, String why, @Nullable Throwable cause) {
        return new MpSharingException(
                reason, Ticket.TYPE, null, "the descriptor in a message cannot be fetched " + why, cause);
    }

    /** Ends the waits of those who are fetching, and lets nobody begin. Idempotent; does not block. */
    @Override
    public void close() {
        closed = true;
        fetching.forEach(Thread::interrupt);
    }
}
