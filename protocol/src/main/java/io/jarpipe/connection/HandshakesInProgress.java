package io.jarpipe.connection;

import io.jarpipe.os.Transport;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one listener that are authenticating: a bounded number, of which the oldest gives way to a newcomer.
 * Who knows the key is through in a moment, so those that give way are the ones that stall. Thread-safe.
 */
final class HandshakesInProgress {
    private final int most;
    private final Semaphore turns;
    /** Oldest first; guarded by itself. */
    private final Set<Attempt> attempts = new LinkedHashSet<>();

    private boolean closed;

    HandshakesInProgress(int most) {
        this.most = most;
        this.turns = new Semaphore(most);
    }

    /** One client's attempt. */
    final class Attempt {
        private final Transport transport;
        private @Nullable Thread thread;
        private boolean canGiveWay = true;
        private boolean gaveWay;

        private Attempt(Transport transport) {
            this.transport = transport;
        }

        Transport transport() {
            return transport;
        }

        /** The client has proved that it knows the key: it does not give way any more. */
        void succeeded() throws IOException {
            synchronized (attempts) {
                if (gaveWay) {
                    throw new ClosedChannelException();
                }
                canGiveWay = false;
            }
        }

        /** From now on the socket is somebody else's: closing the listener does not close it. */
        void handOver() throws IOException {
            synchronized (attempts) {
                if (closed) {
                    throw new ClosedChannelException();
                }
                attempts.remove(this);
            }
        }

        /** Returns why the attempt failed: another reason if it had to give way. */
        IOException explain(IOException failure) {
            synchronized (attempts) {
                return gaveWay
                        ? new IOException("gave way to newer clients: " + most + " others were authenticating")
                        : failure;
            }
        }
    }

    /** Waits until there is room for one more attempt, making the oldest one end if there is none. */
    void awaitTurn() throws InterruptedException {
        if (!turns.tryAcquire()) {
            closeOldest();
            turns.acquire();
        }
    }

    /** Adds an attempt and returns what its thread has to run. */
    Runnable add(Transport transport, Consumer<Attempt> handshake) {
        Attempt attempt = new Attempt(transport);
        synchronized (attempts) {
            attempts.add(attempt);
        }
        return () -> run(attempt, handshake);
    }

    private void run(Attempt attempt, Consumer<Attempt> handshake) {
        try {
            synchronized (attempts) {
                attempt.thread = Thread.currentThread();
                if (closed) {
                    attempt.transport.close();
                    return;
                }
            }
            handshake.accept(attempt);
        } finally {
            synchronized (attempts) {
                attempts.remove(attempt);
            }
            turns.release();
        }
    }

    /** Closes the socket of the oldest attempt that has not succeeded yet, if there is one. */
    void closeOldest() {
        synchronized (attempts) {
            Iterator<Attempt> oldestFirst = attempts.iterator();
            while (oldestFirst.hasNext()) {
                Attempt attempt = oldestFirst.next();
                if (attempt.canGiveWay && !attempt.gaveWay) {
                    attempt.gaveWay = true;
                    attempt.transport.close();
                    return;
                }
            }
        }
    }

    /** Ends all attempts, those to come as well. */
    void closeAll() {
        synchronized (attempts) {
            closed = true;
            for (Attempt attempt : attempts) {
                attempt.transport.close();
                if (attempt.thread != null) {
                    attempt.thread.interrupt();
                }
            }
        }
    }
}
