package io.jarpipe.daemon.worker;

import io.jarpipe.MpSharingException;
import io.jarpipe.PyTuple;
import io.jarpipe.daemon.Tally;
import io.jarpipe.os.Fd;
import io.jarpipe.os.OutputDescriptor;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.sharing.SharedObjects;
import io.jarpipe.sharing.Traffic;
import io.jarpipe.spawn.Descriptors;
import io.jarpipe.spawn.ProcessObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** All workers of this daemon: starts them, knows them, ends them. Thread-safe. */
public final class Workers {
    /** How many descriptors come before those the pickle refers to: status pipe, stdout, stderr. */
    public static final int FIXED_DESCRIPTORS = 3;

    /**
     * The process that starts a worker, as it says itself.
     *
     * @param pid its pid
     * @param adopted how many of the queues and locks that it gives had no names when it made them
     */
    public record Parent(long pid, int adopted) {}

    private final List<Path> code;
    private final PickleCodec codec;
    private final int maxMessage;
    private final Limits limits;
    private final Set<JavaProcess> running = new LinkedHashSet<>();
    private final LongAdder started = new LongAdder();
    private final HeapGuard heap = new HeapGuard();
    /** What has gone through workers that have ended; guarded by {@link #running}. */
    private final Traffic past = new Traffic();

    /** Places of workers that run or are being started. */
    private final AtomicInteger places = new AtomicInteger();

    private final Tally<Outcome> ended = new Tally<>(Outcome.class);

    /**
     * Makes an empty collection.
     *
     * @param code the folders and jars with the workers' classes
     * @param codec reads and writes the pickles of all workers
     * @param maxMessage the longest message a worker accepts, in bytes
     * @param limits how many there may be, and how much memory they leave
     */
    public Workers(List<Path> code, PickleCodec codec, int maxMessage, Limits limits) {
        this.limits = limits;
        this.code = List.copyOf(code);
        this.codec = codec;
        this.maxMessage = maxMessage;
    }

    /**
     * Starts a process: attaches to what it was given, finds its code, and starts its thread, which waits for
     * {@link JavaProcess#release()}.
     *
     * @param pickled the unpickled {@code Process} object
     * @param descriptors status pipe, stdout, stderr, then those the pickle refers to; owned by this call
     * @param parent the process that starts this one
     * @param ended runs once, when the process's exit code has been told
     * @return the process
     * @throws StartException when it cannot be started; everything is closed again then
     */
    public JavaProcess start(@Nullable Object pickled, List<Fd> descriptors, Parent parent, Runnable ended)
            throws StartException {
        try (Descriptors table = new Descriptors(descriptors)) {
            requireRoom();
            boolean taken = false;
            try {
                JavaProcess process = start(ProcessObject.of(pickled), table, parent, ended);
                taken = true;
                return process;
            } finally {
                if (!taken) {
                    places.decrementAndGet();
                }
            }
        } catch (MpSharingException e) {
            throw StartException.sharedObject(e);
        } catch (IOException | RuntimeException e) {
            throw StartException.other("the process could not be started: " + e.getMessage(), e);
        }
    }

    /**
     * Takes a place for a worker. It is given back when the worker could not be started, or ends: before its exit code
     * is told, so that who has seen that can start the next.
     */
    private void requireRoom() throws StartException {
        int most = limits.workers();
        if (places.incrementAndGet() > most) {
            places.decrementAndGet();
            throw StartException.full(
                    "workers",
                    most,
                    "the daemon runs " + most + " workers, its limit: wait until one has ended, or raise max-workers");
        }
        if (heap.isFull(limits.heapReservePercent())) {
            places.decrementAndGet();
            throw StartException.full(
                    "heap",
                    limits.heapReservePercent(),
                    "less than " + limits.heapReservePercent()
                            + " % of the daemon's heap is free: wait until workers have ended, or give it more"
                            + " (JARPIPE_JAVA_OPTIONS=-Xmx4g)");
        }
    }

    /**
     * Tells why no further worker would be started at this moment.
     *
     * @return the reason; empty when one would be
     */
    public Optional<String> whyFull() {
        if (places.get() >= limits.workers()) {
            return Optional.of("the limit of workers is reached");
        }
        return heap.wasFull(limits.heapReservePercent()) ? Optional.of("the heap is nearly full") : Optional.empty();
    }

    private JavaProcess start(ProcessObject process, Descriptors table, Parent parent, Runnable ended)
            throws IOException, StartException {
        SharedObjects shared = new SharedObjects(process.key(), codec, maxMessage, new Traffic(), limits.inFlight());
        Deque<Runnable> undo = new ArrayDeque<>();
        undo.push(shared::close);
        try {
            StatusPipe status = new StatusPipe(table.claim(0));
            undo.push(status::abandon);
            OutputDescriptor out = new OutputDescriptor(table.claim(1));
            undo.push(out::close);
            OutputDescriptor err = new OutputDescriptor(table.claim(2));
            undo.push(err::close);
            WorkerClassLoader loader = WorkerClassLoader.open(process.name(), code);
            undo.push(loader::closeQuietly);
            Target target = target(process, table, shared, loader);
            JavaProcess started = launch(
                    new JavaProcess.Parts(
                            process.name(),
                            process.target(),
                            parent.pid(),
                            parent.adopted(),
                            target,
                            shared,
                            new WorkerOutput(process.name(), out, err),
                            loader,
                            status),
                    ended);
            undo.clear();
            return started;
        } finally {
            undo.forEach(Runnable::run);
        }
    }

    private static Target target(
            ProcessObject process, Descriptors table, SharedObjects shared, WorkerClassLoader loader)
            throws IOException, StartException {
        // Together, so that an object in both becomes one object.
        PyTuple both =
                (PyTuple) Objects.requireNonNull(shared.attach(PyTuple.of(process.args(), process.kwargs()), table));
        List<@Nullable Object> args = (PyTuple) Objects.requireNonNull(both.get(0));
        @SuppressWarnings("unchecked") // attach changes the values of a dict alone
        Map<String, @Nullable Object> kwargs = (Map<String, @Nullable Object>) Objects.requireNonNull(both.get(1));
        if (table.unclaimed() > 0) {
            throw StartException.hiddenDescriptors(table.unclaimed());
        }
        return new TargetResolver(loader, process.target(), args, kwargs).resolve();
    }

    private JavaProcess launch(JavaProcess.Parts parts, Runnable afterwards) {
        JavaProcess process = new JavaProcess(parts, places::decrementAndGet, (self, exitCode) -> {
            remove(self, Outcome.of(exitCode));
            afterwards.run();
        });
        process.start();
        started.increment();
        synchronized (running) {
            running.add(process);
        }
        return process;
    }

    private void remove(JavaProcess process, Outcome outcome) {
        ended.count(outcome);
        synchronized (running) {
            running.remove(process);
            past.add(process.traffic());
            running.notifyAll();
        }
    }

    /**
     * Lists the workers.
     *
     * @return those that have not ended, oldest first
     */
    public List<JavaProcess> list() {
        synchronized (running) {
            return List.copyOf(running);
        }
    }

    /**
     * Adds up what has gone through all workers, those that have ended included.
     *
     * @return the figures of this moment
     */
    public Traffic traffic() {
        Traffic sum = new Traffic();
        synchronized (running) {
            sum.add(past);
            running.forEach(process -> sum.add(process.traffic()));
        }
        return sum;
    }

    /**
     * Measures from now on how fast messages go through each worker.
     *
     * @param interval what is told is the mean of one to two intervals
     */
    @SuppressWarnings("FutureReturnValueIgnored") // goes on as long as the daemon
    public void sampleRatesEvery(Duration interval) {
        JavaProcess.TIMER.scheduleAtFixedRate(
                () -> list().forEach(JavaProcess::sampleRate),
                interval.toMillis(),
                interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * Returns how many workers there have been.
     *
     * @return the number started since the daemon began
     */
    public long started() {
        return started.sum();
    }

    /**
     * Returns how many workers have ended in one way.
     *
     * @param outcome how
     * @return the number since the daemon began
     */
    public long ended(Outcome outcome) {
        return ended.of(outcome);
    }

    /**
     * Waits until all workers have ended.
     *
     * @param timeout how long to wait at most
     * @return whether none is left
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (running) {
            while (!running.isEmpty()) {
                long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (millis <= 0) {
                    return false;
                }
                running.wait(millis);
            }
            return true;
        }
    }

    /** Tells all workers to end. */
    public void terminateAll() {
        list().forEach(JavaProcess::terminate);
    }
}
