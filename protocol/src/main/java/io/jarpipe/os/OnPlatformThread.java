package io.jarpipe.os;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Lets a virtual thread wait for something that only a platform thread can wait for: a semaphore cannot be polled
 * beside other things, and waiting for it in native code would pin the carrier.
 */
final class OnPlatformThread {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("jarpipe-semaphore-", 0).daemon().factory());

    /** What waits. */
    @FunctionalInterface
    interface Waiting {
        boolean await() throws IOException, InterruptedException;
    }

    private OnPlatformThread() {}

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
            return result.get();
        } catch (InterruptedException e) {
            waiter.join().interrupt();
            boolean acquired = join(result); // also if interrupted again: what is acquired must not be lost
            Thread.currentThread().interrupt();
            return acquired;
        } catch (ExecutionException e) {
            return join(result);
        }
    }

    private static boolean join(CompletableFuture<Boolean> result) throws IOException, InterruptedException {
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case InterruptedException interrupted -> throw interrupted;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
