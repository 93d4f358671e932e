package io.jarpipe.os;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Lets a virtual thread wait for something that only a platform thread can wait for: neither a semaphore nor a place in
 * a listener's queue can be polled, and waiting for them in native code would pin the carrier.
 */
final class OnPlatformThread {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("jarpipe-wait-", 0).daemon().factory());

    /** What waits. */
    @FunctionalInterface
    interface Waiting {
        boolean await() throws IOException, InterruptedException;
    }

    /** What is called for its result. */
    @FunctionalInterface
    interface Call {
        long call() throws IOException;
    }

    private OnPlatformThread() {}

    /** Makes a short blocking call elsewhere; an interrupt stays pending. */
    static long result(Call call) throws IOException {
        CompletableFuture<Long> result = new CompletableFuture<>();
        THREADS.execute(() -> {
            try {
                result.complete(call.call());
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Runs a wait elsewhere. An interrupt is passed on to it; if it succeeded all the same, its result counts and the
     * interrupt stays pending.
     */
    static boolean call(Waiting waiting) throws IOException, InterruptedException {
        CompletableFuture<Thread> waiter = new CompletableFuture<>();
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        THREADS.execute(() -> {
            waiter.complete(Thread.currentThread());
            try {
                result.complete(waiting.await());
            } catch (IOException | InterruptedException | RuntimeException e) {
                result.completeExceptionally(e);
            } finally {
                Thread.interrupted(); // the thread goes back to the pool
            }
        });
        try {
            return get(result);
        } catch (InterruptedException e) {
            waiter.join().interrupt();
            boolean acquired = get(result);
            Thread.currentThread().interrupt();
            return acquired;
        }
    }

    private static boolean get(CompletableFuture<Boolean> result) throws IOException, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case InterruptedException interrupted -> throw interrupted;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
