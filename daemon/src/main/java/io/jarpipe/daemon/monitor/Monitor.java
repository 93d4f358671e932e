package io.jarpipe.daemon.monitor;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.frontdoor.HttpDoor;
import io.jarpipe.daemon.frontdoor.HttpDoor.Reply;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The pages of a daemon: {@code /healthz}, whether it lives; {@code /readyz}, whether it takes new work; and
 * {@code /metrics}, its figures in Prometheus's text format.
 */
public final class Monitor implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 2;
    /** How many scrapes may wait for the one that runs. */
    private static final int WAITING_SCRAPES = 8;

    private final Daemon daemon;
    private final Metrics metrics;
    private final ThreadPoolExecutor scraper = new ThreadPoolExecutor(
            0,
            1,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING_SCRAPES),
            Thread.ofPlatform().name("metrics").daemon().factory());
    private final HttpDoor door;

    private Monitor(Daemon daemon, MpAddress address) throws IOException {
        this.daemon = daemon;
        this.metrics = new Metrics(daemon);
        try {
            this.door = HttpDoor.open(
                    address, Map.of("/healthz", this::alive, "/readyz", this::ready, "/metrics", this::figures));
        } catch (IOException | RuntimeException e) {
            metrics.close();
            throw e;
        }
    }

    /**
     * Begins to answer.
     *
     * @param daemon what to tell about
     * @param address where
     * @return the monitor, to be closed by the caller
     * @throws IOException when the address is taken or cannot be bound
     */
    public static Monitor open(Daemon daemon, MpAddress address) throws IOException {
        return new Monitor(daemon, address);
    }

    /**
     * Returns where it answers.
     *
     * @return the address, with the real port
     */
    public MpAddress address() {
        return door.address();
    }

    /** A daemon lives when its event loop comes round and it can still start a thread for a client. */
    private CompletionStage<Reply> alive() {
        CompletableFuture<Void> eventLoop = daemon.pingEventLoop();
        CompletableFuture<Void> control = daemon.pingControl();
        return CompletableFuture.allOf(eventLoop, control)
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .handle((done, failure) -> {
                    if (failure == null) {
                        return Reply.text(200, "alive");
                    }
                    boolean looped = eventLoop.isDone() && !eventLoop.isCompletedExceptionally();
                    return Reply.text(503, looped ? "no control thread answers" : "the event loop does not answer");
                });
    }

    private CompletionStage<Reply> ready() {
        return CompletableFuture.completedFuture(daemon.whyNotReady()
                .map(why -> Reply.text(503, "not ready: " + why))
                .orElseGet(() -> Reply.text(200, "ready")));
    }

    private CompletionStage<Reply> figures() {
        try {
            return CompletableFuture.supplyAsync(metrics::scrape, scraper);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(Reply.text(503, "too many scrapes at a time"));
        }
    }

    @Override
    public void close() {
        door.close();
        scraper.shutdownNow();
        metrics.close();
    }
}
