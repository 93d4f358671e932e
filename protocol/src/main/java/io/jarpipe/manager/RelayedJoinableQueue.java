package io.jarpipe.manager;

import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpJoinableQueue;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.ItemSource;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.JoinableQueue} of a fork context: a thread of the Python process joins it for Java, and
 * leaves when the worker dies.
 *
 * @param <T> the Java type of the items
 */
final class RelayedJoinableQueue<T extends @Nullable Object> extends RelayedQueue<T> implements MpJoinableQueue<T> {
    private RelayedJoinableQueue(RelayedItems<T> items) {
        super(items);
    }

    static RelayedJoinableQueue<@Nullable Object> attach(RelayedObject object)
            throws IOException, InterruptedException {
        return new RelayedJoinableQueue<>(RelayedItems.of(object.attached()));
    }

    @Override
    public String kind() {
        return "JoinableQueue";
    }

    @Override
    public ItemSource withItems(Converter converter, String path) {
        return new RelayedJoinableQueue<>(items.converted(converter, path));
    }

    @Override
    public MpJoinableQueue<T> onError(MpItemErrorHandler handler) {
        return new RelayedJoinableQueue<>(items.withErrorHandler(handler));
    }

    @Override
    public MpJoinableQueue<T> withPrefetch(int prefetched) {
        requirePrefetch(prefetched);
        return this;
    }

    @Override
    public MpJoinableQueue<T> withFeederLimit(long bytes) {
        requireFeederLimit(bytes);
        return this;
    }

    @Override
    public void taskDone() throws IOException, InterruptedException {
        object.callToTheEnd("task_done").result();
    }

    @Override
    public void join() throws IOException, InterruptedException {
        join((Double) null);
    }

    @Override
    public boolean join(Duration timeout) throws IOException, InterruptedException {
        return join(Seconds.of(timeout));
    }

    private boolean join(@Nullable Double seconds) throws IOException, InterruptedException {
        RelayedObject.Answer answer = object.call("join", seconds);
        Reply reply = answer.reply();
        if (object.isInVain(answer, reply.isReturned(false) || reply.isGivenUp())) {
            return false;
        }
        reply.result();
        return true;
    }
}
