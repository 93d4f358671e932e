package io.jarpipe.daemon.frontdoor;

import io.jarpipe.MpPeer;
import io.jarpipe.PosixException;
import io.jarpipe.connection.Acceptor;
import io.jarpipe.connection.MpListenerOptions;
import io.jarpipe.daemon.Refusal;
import io.jarpipe.daemon.Tally;
import io.jarpipe.os.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The door of a private daemon, whose clients are the threads of one program. It does without Netty, which would be the
 * larger part of all classes that such a daemon loads before the first worker runs.
 */
public final class PrivateDoor implements Door {
    private static final System.Logger LOG = System.getLogger(PrivateDoor.class.getName());

    private final Tally<Refusal> refusals = new Tally<>(Refusal.class);
    private final IntPredicate users;
    private final BiConsumer<Transport, Runnable> clients;
    private final Acceptor acceptor;

    private PrivateDoor(Settings settings, BiConsumer<Transport, Runnable> clients) throws IOException {
        this.users = settings.users();
        this.clients = clients;
        MpListenerOptions options = MpListenerOptions.defaults()
                .withHandshakeTimeout(settings.handshakeTimeout())
                .withAdmission(this::admits)
                .withRefused(this::refused);
        int places = settings.connections().getAsInt();
        this.acceptor =
                Acceptor.open(settings.address(), settings.key(), options, places, new Clients(), PrivateDoor::threads);
    }

    /**
     * Begins to listen.
     *
     * @param settings how; the number of connections is asked for once
     * @param clients takes the socket of each authenticated client, which it then owns, and what to run when the client
     *     has gone; called on a thread of its own
     * @return the open door
     * @throws IOException when the address cannot be bound
     */
    public static PrivateDoor open(Settings settings, BiConsumer<Transport, Runnable> clients) throws IOException {
        PrivateDoor door = new PrivateDoor(settings, clients);
        door.acceptor.start();
        return door;
    }

    /** Platform threads: virtual ones need a few of those themselves. */
    private static Thread.Builder threads() {
        return Thread.ofPlatform().daemon();
    }

    private final class Clients implements Acceptor.Clients {
        @Override
        public void accepted(Transport socket, MpPeer peer) {
            clients.accept(socket, acceptor::release);
        }

        @Override
        public void full(@Nullable PosixException why) {
            LOG.log(
                    Level.WARNING,
                    "clients have to wait: {0}",
                    why == null ? "too many are connected" : why.getMessage());
        }

        @Override
        public void failed(IOException why) {
            LOG.log(Level.ERROR, "nobody is accepted any more", why);
        }
    }

    private boolean admits(MpPeer peer) {
        return peer.credentials().map(process -> users.test(process.uid())).orElse(true);
    }

    private void refused(MpPeer peer, IOException why) {
        if (!admits(peer)) {
            refusals.count(Refusal.USER);
            LOG.log(Level.WARNING, "refused {0}: only the user who launched this daemon may use it", peer);
        } else if (why instanceof EOFException) {
            LOG.log(Level.DEBUG, "a client broke off the handshake", why);
        } else {
            refusals.count(Refusal.of(why));
            LOG.log(Level.WARNING, "a client was refused: {0}", why.getMessage());
        }
    }

    @Override
    public Tally<Refusal> refusals() {
        return refusals;
    }

    @Override
    public CompletableFuture<Void> ping() {
        return CompletableFuture.runAsync(() -> {}, task -> threads().start(task));
    }

    @Override
    public void close() {
        acceptor.close();
    }
}
