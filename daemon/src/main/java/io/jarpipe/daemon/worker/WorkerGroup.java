package io.jarpipe.daemon.worker;

import io.jarpipe.WorkerExit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The threads of one worker: its own and those it starts, which is how the daemon knows whose output a line is. */
final class WorkerGroup extends ThreadGroup {
    private final WorkerOutput output;
    private final Consumer<WorkerExit> exit;
    private final BooleanSupplier ending;

    /**
     * Makes the group of a worker; {@code exit} is told when one of its threads calls for the worker's end, and
     * {@code ending} says that the end was decided: what threads throw then is of no interest to anybody.
     */
    WorkerGroup(String processName, WorkerOutput output, Consumer<WorkerExit> exit, BooleanSupplier ending) {
        super(processName);
        this.output = output;
        this.exit = exit;
        this.ending = ending;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (thrown instanceof WorkerExit called) {
            exit.accept(called);
        } else if (!ending.getAsBoolean()) {
            super.uncaughtException(thread, thrown);
        }
    }

    WorkerOutput output() {
        return output;
    }

    /** Returns the worker that a thread belongs to; null for a thread of the daemon. */
    static @Nullable WorkerGroup of(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        while (group != null && !(group instanceof WorkerGroup)) {
            group = group.getParent();
        }
        return (WorkerGroup) group;
    }

    /** Returns the worker's other threads that keep a Java program alive. */
    List<Thread> otherThreads() {
        Thread[] threads = new Thread[Math.max(8, activeCount() * 2)];
        List<Thread> others = new ArrayList<>();
        for (int i = 0, count = enumerate(threads); i < count; i++) {
            if (!threads[i].equals(Thread.currentThread()) && !threads[i].isDaemon()) {
                others.add(threads[i]);
            }
        }
        return others;
    }
}
