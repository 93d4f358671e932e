package io.jarpipe.interop;

import io.jarpipe.MpBarrier;
import io.jarpipe.MpBoundedSemaphore;
import io.jarpipe.MpCondition;
import io.jarpipe.MpConnection;
import io.jarpipe.MpEvent;
import io.jarpipe.MpLock;
import io.jarpipe.MpRLock;
import io.jarpipe.MpSemaphore;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Workers on locks, semaphores, conditions, events and barriers. */
public final class SyncWorkers {
    private SyncWorkers() {}

    /**
     * Lets Python call the methods of several objects: a call is (method, number of the object, arguments...). With
     * "platform:" or "virtual:" before the method another thread does it.
     */
    public static void remote(MpConnection calls, List<Object> objects) throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> {
            Object object = arguments.isEmpty() ? objects : objects.get(((Long) arguments.getFirst()).intValue());
            List<? extends @Nullable Object> rest =
                    arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
            return dispatch(object, method, rest, objects);
        });
    }

    /** As {@link #remote}, but throws in the end. */
    public static void remoteThatFails(MpConnection calls, List<Object> objects)
            throws IOException, InterruptedException {
        remote(calls, objects);
        throw new IllegalStateException("as the test wants it");
    }

    /** As {@link #remote}, with objects that come over the connection, and are sent back when all are done. */
    public static void remoteOfReceived(MpConnection calls, MpConnection from)
            throws IOException, InterruptedException {
        @SuppressWarnings("unchecked") // the test sends it
        List<Object> objects = (List<Object>) Objects.requireNonNull(from.recv());
        remote(calls, objects);
    }

    /** Sends objects over a connection, and waits until it ends. */
    public static void send(MpConnection to, MpConnection until, List<Object> objects)
            throws IOException, InterruptedException {
        to.send(objects);
        until.recv();
    }

    /** Takes each type as a parameter of its own, and says what it got. */
    public static void types(
            MpConnection results,
            MpRLock rlock,
            MpSemaphore semaphore,
            MpBoundedSemaphore bounded,
            MpCondition condition,
            MpEvent event,
            MpBarrier barrier,
            Map<String, MpRLock> named)
            throws IOException, InterruptedException {
        boolean same = rlock.equals(named.get("the same"));
        results.send(List.of(same, semaphore.value(), bounded.bound(), event.isSet(), barrier.parties()));
        condition.close();
    }

    /** Takes a parameter of one type. */
    public static void needsRLock(MpRLock lock) {}

    /** Adds to the number in a file, reading and writing it under an RLock acquired twice each time. */
    public static void count(MpRLock lock, String file, int times) throws IOException, InterruptedException {
        Path path = Path.of(file);
        for (int i = 0; i < times; i++) {
            lock.acquire();
            lock.lock();
            try {
                Files.writeString(path, Integer.toString(Integer.parseInt(Files.readString(path)) + 1));
            } finally {
                lock.unlock();
                lock.release();
            }
        }
    }

    /** Passes a barrier several times, and sends the numbers it got. */
    public static void pass(MpConnection results, MpBarrier barrier, int times)
            throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            results.send(barrier.await());
        }
    }

    /** Waits in a condition on a virtual thread, and returns when it does. */
    public static void returnsWhileAVirtualThreadWaits(MpConnection ready, MpCondition condition)
            throws IOException, InterruptedException {
        Thread.ofVirtual().start(() -> {
            try {
                condition.acquire();
                condition.await();
            } catch (ClosedChannelException e) {
                return; // the worker has returned
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        ready.recv();
    }

    /** Lets threads wait in a condition, wakes them when told to, and sends how many have woken. */
    public static void sleepers(MpConnection calls, MpCondition condition, int threads)
            throws IOException, InterruptedException {
        List<FutureTask<@Nullable Object>> sleeping = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            FutureTask<@Nullable Object> task = new FutureTask<>(
                    () -> guarded(condition, () -> acquire(condition::await, condition::await, List.of())));
            sleeping.add(task);
            Thread.ofPlatform().start(task);
        }
        calls.recv();
        guarded(condition, () -> done(condition::signalAll));
        int woken = 0;
        for (FutureTask<@Nullable Object> task : sleeping) {
            try {
                task.get();
                woken++;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        calls.send(woken);
    }

    /** Waits for a lock or semaphore on another thread, closes it under the wait, and sends what came of that. */
    public static void closedUnderAWait(MpConnection results, MpRLock lock, MpSemaphore semaphore)
            throws IOException, InterruptedException {
        lock.acquire();
        FutureTask<@Nullable Object> task = new FutureTask<>(() -> done(semaphore::acquire));
        Thread.ofPlatform().start(task);
        results.send("waits");
        results.recv();
        semaphore.close();
        try {
            task.get();
            results.send("acquired");
        } catch (ExecutionException e) {
            results.send(Objects.requireNonNull(e.getCause()).getClass().getSimpleName());
        }
        lock.release();
        results.recv();
    }

    private static @Nullable Object dispatch(
            Object object, String method, List<? extends @Nullable Object> arguments, List<Object> objects)
            throws IOException, InterruptedException {
        if (method.startsWith("platform:") || method.startsWith("virtual:")) {
            String called = method.substring(method.indexOf(':') + 1);
            return onThread(method.startsWith("virtual:"), () -> dispatch(object, called, arguments, objects));
        }
        return switch (method) {
            case "objects" -> PyTuple.copyOf(objects);
            case "close" -> {
                closing(object).run();
                yield null;
            }
            default -> call(object, method, arguments);
        };
    }

    private static Runnable closing(Object object) {
        return switch (object) {
            case MpLock lock -> lock::close;
            case MpRLock lock -> lock::close;
            case MpSemaphore semaphore -> semaphore::close;
            case MpCondition condition -> condition::close;
            case MpEvent event -> event::close;
            case MpBarrier barrier -> barrier::close;
            default -> throw new IllegalArgumentException(object.toString());
        };
    }

    /** What may be done on another thread. */
    @FunctionalInterface
    private interface Call {
        @Nullable
        Object run() throws IOException, InterruptedException;
    }

    private static @Nullable Object onThread(boolean virtual, Call call) throws IOException, InterruptedException {
        FutureTask<@Nullable Object> task = new FutureTask<>(call::run);
        Thread thread =
                virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException failure -> throw failure;
                case InterruptedException interrupted -> throw new IllegalStateException("interrupted", interrupted);
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            thread.interrupt(); // when this thread was interrupted
        }
    }

    private static @Nullable Object call(Object object, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (object) {
            case MpRLock lock when method.equals("isHeldByCurrentThread") -> lock.isHeldByCurrentThread();
            case MpRLock lock when method.equals("isLocked") -> lock.isLocked();
            case MpRLock lock when method.equals("release") -> done(lock::release);
            case MpRLock lock when method.equals("acquire") -> acquire(lock::acquire, lock::acquire, arguments);
            case MpLock lock when method.equals("release") -> done(lock::release);
            case MpLock lock when method.equals("acquire") -> acquire(lock::acquire, lock::acquire, arguments);
            case Lock lock -> lock(lock, method, arguments);
            case MpSemaphore semaphore -> semaphore(semaphore, method, arguments);
            case MpCondition condition -> condition(condition, method, arguments);
            case MpEvent event -> event(event, method, arguments);
            case MpBarrier barrier -> barrier(barrier, method, arguments);
            default -> throw new IllegalArgumentException(object + " " + method);
        };
    }

    /** Something without a result. */
    @FunctionalInterface
    private interface Action {
        void run() throws IOException, InterruptedException;
    }

    /** Something that has a timeout. */
    @FunctionalInterface
    private interface Timed {
        boolean run(Duration timeout) throws IOException, InterruptedException;
    }

    private static @Nullable Object done(Action action) throws IOException, InterruptedException {
        action.run();
        return null;
    }

    private static Object acquire(Action untimed, Timed timed, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        if (arguments.isEmpty()) {
            untimed.run();
            return true;
        }
        return timed.run(Remote.seconds(arguments.getFirst()));
    }

    private static @Nullable Object lock(Lock lock, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (method) {
            case "lock" -> done(lock::lock);
            case "lockInterruptibly" -> done(lock::lockInterruptibly);
            case "unlock" -> done(lock::unlock);
            case "tryLock" ->
                arguments.isEmpty()
                        ? lock.tryLock()
                        : lock.tryLock(Remote.seconds(arguments.getFirst()).toMillis(), TimeUnit.MILLISECONDS);
            default -> throw new IllegalArgumentException(method);
        };
    }

    private static @Nullable Object semaphore(
            MpSemaphore semaphore, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (method) {
            case "acquire" -> acquire(semaphore::acquire, semaphore::acquire, arguments);
            case "tryAcquire" -> semaphore.tryAcquire();
            case "release" -> done(semaphore::release);
            case "value" -> semaphore.value();
            case "bound" -> ((MpBoundedSemaphore) semaphore).bound();
            default -> throw new IllegalArgumentException(method);
        };
    }

    private static @Nullable Object condition(
            MpCondition condition, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (method) {
            case "acquire" -> acquire(condition::acquire, condition::acquire, arguments);
            case "release" -> done(condition::release);
            case "await" -> acquire(condition::await, condition::await, arguments);
            case "guardedAwait" -> guarded(condition, () -> acquire(condition::await, condition::await, arguments));
            case "waitForFile" -> guarded(condition, () -> waitForFile(condition, arguments));
            case "signal" -> done(() -> condition.signal(((Long) arguments.getFirst()).intValue()));
            case "guardedSignal" ->
                guarded(condition, () -> done(() -> condition.signal(((Long) arguments.getFirst()).intValue())));
            case "signalAll" -> guarded(condition, () -> done(condition::signalAll));
            default -> throw new IllegalArgumentException(method);
        };
    }

    private static @Nullable Object guarded(MpCondition condition, Call call) throws IOException, InterruptedException {
        condition.acquire();
        try {
            return call.run();
        } finally {
            condition.release();
        }
    }

    private static boolean waitForFile(MpCondition condition, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        Path path = Path.of((String) Objects.requireNonNull(arguments.get(0)));
        BooleanSupplier exists = () -> Files.exists(path);
        if (arguments.size() > 1) {
            return condition.waitFor(exists, Remote.seconds(arguments.get(1)));
        }
        condition.waitFor(exists);
        return true;
    }

    private static @Nullable Object event(MpEvent event, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        MpEvent enlisting = event.enlisting();
        return switch (method) {
            case "isSet" -> event.isSet();
            case "set" -> done(event::set);
            case "clear" -> done(event::clear);
            case "await" -> arguments.isEmpty() ? event.await() : event.await(Remote.seconds(arguments.getFirst()));
            case "enlist" ->
                arguments.isEmpty() ? enlisting.await() : enlisting.await(Remote.seconds(arguments.getFirst()));
            case "countFalse" -> countFalse(event, ((Long) Objects.requireNonNull(arguments.getFirst())).intValue());
            default -> throw new IllegalArgumentException(method);
        };
    }

    private static int countFalse(MpEvent event, int times) throws IOException, InterruptedException {
        int count = 0;
        for (int i = 0; i < times; i++) {
            if (!event.isSet()) {
                count++;
            }
            if (!event.await(Duration.ZERO)) {
                count++;
            }
        }
        return count;
    }

    private static @Nullable Object barrier(
            MpBarrier barrier, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (method) {
            case "await" -> arguments.isEmpty() ? barrier.await() : barrier.await(Remote.seconds(arguments.getFirst()));
            case "reset" -> done(barrier::reset);
            case "abort" -> done(barrier::abort);
            case "parties" -> barrier.parties();
            case "waiting" -> barrier.waiting();
            case "isBroken" -> barrier.isBroken();
            default -> throw new IllegalArgumentException(method);
        };
    }
}
