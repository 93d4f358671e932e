package io.jarpipe.connection;

import io.jarpipe.os.Await;
import io.jarpipe.os.Threads;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something that a thread of its own does. */
final class Background<T> {
    private final FutureTask<T> task;
    private final CompletableFuture<Integer> kernelId = new CompletableFuture<>();
    private final Thread thread;

    private Background(Callable<T> action) {
        task = new FutureTask<>(action);
        thread = Thread.ofPlatform().daemon().start(() -> {
            kernelId.complete(Threads.kernelId());
            task.run();
        });
    }

    static <T> Background<T> start(Callable<T> action) {
        return new Background<>(action);
    }

    /** Starts it and returns once it waits in poll(2), or has ended. */
    static <T> Background<T> blocked(Callable<T> action) {
        Background<T> started = start(action);
        started.awaitBlocked();
        return started;
    }

    void awaitBlocked() {
        Await.until("the thread waits in poll(2)", () -> task.isDone() || Await.isInSyscall(kernelId.join(), "poll"));
    }

    Thread thread() {
        return thread;
    }

    boolean isDone() {
        return task.isDone();
    }

    T result() throws ExecutionException, InterruptedException, TimeoutException {
        return task.get(60, TimeUnit.SECONDS);
    }
}
