package io.jarpipe.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition that nothing signals, with a deadline that names it. */
public final class Await {
    private static final long DEADLINE_SECONDS = 30;
    /** System call numbers by architecture: x86-64 and aarch64 (which has ppoll alone). */
    private static final Map<String, Map<String, Integer>> SYSCALLS = Map.of(
            "amd64", Map.of("poll", 7, "futex", 202),
            "aarch64", Map.of("poll", 73, "futex", 98));

    private Await() {}

    /** Waits until a condition holds; {@code what} names it in the failure. */
    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + DEADLINE_SECONDS + " s in vain until " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Tells whether a thread of this process is inside a system call, by what the kernel says of it. */
    public static boolean isInSyscall(int kernelId, String name) {
        int number = SYSCALLS.get(System.getProperty("os.arch")).get(name);
        try {
            return Files.readString(Path.of("/proc/self/task/" + kernelId + "/syscall"))
                    .startsWith(number + " ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
