package io.jarpipe.queue;

import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpJoinableQueue;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.UseCount;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.sync.ProcessCondition;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.JoinableQueue}: a queue, a semaphore that counts unfinished tasks, and a condition.
 *
 * @param <T> the Java type of the items
 */
public final class JoinablePipeQueue<T extends @Nullable Object> extends PipeQueue<T> implements MpJoinableQueue<T> {
    /**
     * What is added to a queue; all of it is owned by the queue.
     *
     * @param condition tells that there are no unfinished tasks; over a lock of its own, an RLock
     * @param unfinished counts the unfinished tasks
     */
    public record TaskParts(ProcessCondition condition, SemLock unfinished) {
        void close() {
            condition.close();
            unfinished.close();
        }
    }

    private final Tasks tasks;

    /**
     * Makes a queue of its parts.
     *
     * @param parts the pipe and the semaphores, owned by the queue from now on
     * @param taskParts the semaphores for the tasks, likewise
     * @param codec reads and writes the pickles
     * @param converter checks and converts the items taken
     * @param maxLength the longest item accepted, in pickled bytes; longer ones are skipped with an error
     */
    public JoinablePipeQueue(
            Parts parts, TaskParts taskParts, PickleCodec codec, ItemConverter<T> converter, int maxLength) {
        UseCount uses = new UseCount(() -> {
            parts.close();
            taskParts.close();
        });
        Tasks tasks = new Tasks(taskParts, uses);
        this(Core.of(parts, tasks, uses, codec, maxLength), tasks, View.of(converter));
    }

    private JoinablePipeQueue(Core core, Tasks tasks, View<T> view) {
        super(core, view);
        this.tasks = tasks;
    }

    @Override
    public <U extends @Nullable Object> JoinablePipeQueue<U> as(ItemConverter<U> itemConverter) {
        return new JoinablePipeQueue<>(core, tasks, view.as(itemConverter));
    }

    @Override
    public MpJoinableQueue<T> withPrefetch(int items) {
        return new JoinablePipeQueue<>(core, tasks, view.withPrefetch(items));
    }

    @Override
    public MpJoinableQueue<T> withFeederLimit(long bytes) {
        return new JoinablePipeQueue<>(core, tasks, view.withFeederLimit(bytes));
    }

    @Override
    public MpJoinableQueue<T> onError(MpItemErrorHandler handler) {
        return new JoinablePipeQueue<>(core, tasks, view.withErrorHandler(handler));
    }

    @Override
    public void taskDone() throws IOException, InterruptedException {
        core.uses().begin();
        try {
            tasks.done();
        } finally {
            core.uses().end();
            Reference.reachabilityFence(core.lifetime());
        }
    }

    @Override
    public void join() throws IOException, InterruptedException {
        join(Deadline.NEVER);
    }

    @Override
    public boolean join(Duration timeout) throws IOException, InterruptedException {
        return join(Deadline.after(timeout));
    }

    private boolean join(Deadline deadline) throws IOException, InterruptedException {
        core.uses().begin();
        try {
            return tasks.await(deadline);
        } finally {
            core.uses().end();
            Reference.reachabilityFence(core.lifetime());
        }
    }

    /**
     * Returns what is added to a queue, which stays owned by the queue.
     *
     * @return the semaphores for the tasks
     */
    public TaskParts taskParts() {
        return tasks.parts();
    }

    /**
     * Returns the semaphore of the condition's lock.
     *
     * @return the semaphore, which stays owned by the queue
     */
    public SemLock taskLock() {
        return tasks.parts().condition().parts().lock().semLock();
    }

    @Override
    public String toString() {
        return "Joinable" + super.toString();
    }
}
