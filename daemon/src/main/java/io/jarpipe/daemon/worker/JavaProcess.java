package io.jarpipe.daemon.worker;

import io.jarpipe.WorkerExit;
import io.jarpipe.connection.CurrentProcess;
import io.jarpipe.os.Threads;
import io.jarpipe.sharing.SharedObjects;
import io.jarpipe.sharing.Traffic;
import io.jarpipe.sync.Hold;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One running worker: to Python a process, here a platform thread that owns everything the process was given.
 *
 * <p>Its end is that of a CPython child ({@code Lib/multiprocessing/process.py}, {@code _bootstrap}): other threads it
 * started are waited for, what it put on queues is flushed, everything is closed, and then the exit code is told.
 */
public final class JavaProcess {
    private static final System.Logger LOG = System.getLogger(JavaProcess.class.getName());

    /** How long a worker that was terminated may take to end by itself. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** One thread for all workers: what it does never waits. */
    static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("worker-timer").daemon().factory());

    /** What a worker is made of; the process owns all of it. */
    record Parts(
            String name,
            String target,
            long parent,
            int adopted,
            Target code,
            SharedObjects shared,
            WorkerOutput output,
            WorkerClassLoader loader,
            StatusPipe status) {}

    /** How far a worker has come. */
    public enum State {
        /** Its code runs. */
        RUNNING,
        /** It was told to end. */
        TERMINATING
    }

    private final Parts parts;
    private final Runnable givenBack;
    private final ObjIntConsumer<JavaProcess> ended;
    private final WorkerGroup group;
    private final Thread thread;
    private final Instant started = Instant.now();
    private final Rate rate;
    private final CompletableFuture<Integer> pid = new CompletableFuture<>();
    private final CountDownLatch released = new CountDownLatch(1);
    /** The exit code that something other than the end of its method has decided; null while nothing has. */
    private final AtomicReference<@Nullable Integer> decided = new AtomicReference<>();

    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Prepares a process; {@code givenBack} runs once, when it has nothing any more and a moment before its exit code
     * is told, and {@code ended} afterwards, with that code.
     */
    JavaProcess(Parts parts, Runnable givenBack, ObjIntConsumer<JavaProcess> ended) {
        this.parts = parts;
        this.givenBack = givenBack;
        this.ended = ended;
        this.rate = new Rate(parts.shared().traffic());
        this.group = new WorkerGroup(parts.name(), parts.output(), this::exit, () -> decided.get() != null);
        this.thread = new Thread(group, this::run, parts.name());
        thread.setContextClassLoader(parts.loader());
        // Not a daemon thread, as a JVM's main thread is none: the threads it makes inherit that, and are waited for.
        thread.setDaemon(false);
    }

    /** Starts the thread, which waits for {@link #release()}, and returns its id in the kernel. */
    int start() {
        thread.start();
        return pid.join();
    }

    /** Lets the worker's code run: the parent knows its pid. */
    public void release() {
        released.countDown();
    }

    private void run() {
        pid.complete(Threads.kernelId());
        int code = ExitCode.RETURNED;
        CurrentProcess.enter(parts.shared());
        try {
            released.await();
            parts.code().run();
            joinOtherThreads();
            parts.shared().flush();
        } catch (WorkerExit exit) {
            code = exit.code();
            flushAfterFailure();
        } catch (Throwable e) {
            code = ExitCode.UNCAUGHT_EXCEPTION;
            if (decided.get() == null) {
                report(e);
                flushAfterFailure();
            }
        }
        close(Objects.requireNonNullElse(decided.get(), code));
    }

    private void report(Throwable thrown) {
        try {
            parts.output().report(JavaTraceback.of(parts.name(), thrown));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the stack trace of " + parts.name() + " found no reader", thrown);
        }
    }

    private void joinOtherThreads() throws InterruptedException {
        for (List<Thread> others = group.otherThreads(); !others.isEmpty(); others = group.otherThreads()) {
            for (Thread other : others) {
                LOG.log(Level.DEBUG, "{0} waits for its thread {1} to end", parts.name(), other.getName());
                other.join();
            }
        }
    }

    /** A CPython child, too, flushes its queues after an uncaught exception. */
    private void flushAfterFailure() {
        Thread.interrupted(); // the exception may have left it set; a termination sets it anew
        try {
            parts.shared().flush();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "items of " + parts.name() + " were lost", e);
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "{0} was terminated while it flushed its queues", parts.name());
        }
    }

    /** Interrupts the worker once, as SIGINT interrupts a Python process. */
    public void interrupt() {
        thread.interrupt();
    }

    /** Tells the worker to end; it is interrupted, and cut off from everything it was given if that does not help. */
    public void terminate() {
        end(ExitCode.TERMINATED);
    }

    /** Ends the worker because one of its threads has called for it. */
    private void exit(WorkerExit exit) {
        end(exit.code());
    }

    private void end(int code) {
        if (!closed.get() && decided.compareAndSet(null, code)) {
            group.interrupt();
            afterGrace(() -> LogContext.about(parts.name(), () -> abandon(code)));
        }
    }

    /**
     * Cuts the worker off at once: its descriptors are closed and its end is reported, whether its thread ends or not.
     */
    public void kill() {
        decided.set(ExitCode.KILLED);
        group.interrupt();
        abandon(ExitCode.KILLED);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it, and it reports its failures itself
    private static void afterGrace(Runnable action) {
        TIMER.schedule(
                () -> {
                    try {
                        action.run();
                    } catch (RuntimeException e) {
                        LOG.log(Level.ERROR, "a worker could not be cut off", e);
                    }
                },
                GRACE.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void abandon(int code) {
        if (close(code)) {
            afterGrace(() -> LogContext.about(parts.name(), this::reportSurvivor));
        }
    }

    private void reportSurvivor() {
        if (thread.isAlive()) {
            LOG.log(
                    Level.WARNING,
                    "{0} ({1}) ignores interruption: it is cut off from Python, but its thread runs on",
                    parts.name(),
                    parts.target());
        }
    }

    /** Gives everything back and reports the exit code; only the first call counts. */
    private boolean close(int code) {
        if (!closed.compareAndSet(false, true)) {
            return false;
        }
        if (code != ExitCode.RETURNED) {
            parts.shared().giveUp(parts.name());
        }
        parts.shared().close();
        parts.output().close(code >= 0);
        parts.loader().closeQuietly();
        givenBack.run();
        parts.status().exit(code);
        ended.accept(this, code);
        return true;
    }

    /**
     * Returns the process's name.
     *
     * @return the name Python gave it
     */
    public String name() {
        return parts.name();
    }

    /**
     * Returns what the process runs.
     *
     * @return the target string
     */
    public String target() {
        return parts.target();
    }

    /**
     * Returns the process that started this one.
     *
     * @return its pid as it said itself
     */
    public long parent() {
        return parts.parent();
    }

    /**
     * Returns how many of the queues and locks that the process was given had no names when Python made them.
     *
     * @return the number, as the parent said it
     */
    public int adopted() {
        return parts.adopted();
    }

    /**
     * Tells how the process uses its queues and locks.
     *
     * @return how many it uses, and in which way
     */
    public SharedObjects.Usage usage() {
        return parts.shared().usage();
    }

    /**
     * Returns how far the process has come.
     *
     * @return its state
     */
    public State state() {
        return decided.get() == null ? State.RUNNING : State.TERMINATING;
    }

    /**
     * Returns how long ago the process was started.
     *
     * @return its age
     */
    public Duration age() {
        return Duration.between(started, Instant.now());
    }

    /**
     * Lists the locks and semaphores that the process holds.
     *
     * @return those acquired and not released at this moment; none when it has ended
     */
    public List<Hold> holds() {
        return parts.shared().holds();
    }

    /**
     * Returns how much the process has put into queues that is in no pipe yet.
     *
     * @return the number of items
     */
    public int unwritten() {
        return parts.shared().unwritten();
    }

    /**
     * Returns what has gone through the queues and connections of the process.
     *
     * @return its figures, which go on to change
     */
    public Traffic traffic() {
        return parts.shared().traffic();
    }

    /**
     * Returns how many messages go through the process.
     *
     * @return in and out, in a second, of late
     */
    public double itemsPerSecond() {
        return rate.perSecond().items();
    }

    /**
     * Returns how many bytes go through the process.
     *
     * @return in and out, in a second, of late
     */
    public double bytesPerSecond() {
        return rate.perSecond().bytes();
    }

    /** Ends an interval for which rates are told. */
    void sampleRate() {
        rate.sample();
    }

    /**
     * Lists what the process shares with others.
     *
     * @return what it uses at this moment
     */
    public List<SharedObjects.Use> uses() {
        return parts.shared().uses();
    }

    /**
     * Tells how full the queues are that the process uses.
     *
     * @return the number of items of each, by a name that is the same in all processes
     */
    public Map<String, Integer> depths() {
        return parts.shared().depths();
    }

    /**
     * Returns the id of the worker's thread in the kernel.
     *
     * @return a number that no other process or thread of the machine has
     */
    public int pid() {
        return pid.join();
    }
}
