package io.jarpipe.interop;

import io.jarpipe.MpBarrier;
import io.jarpipe.MpCondition;
import io.jarpipe.MpConnection;
import io.jarpipe.MpEvent;
import io.jarpipe.MpJoinableQueue;
import io.jarpipe.MpQueue;
import io.jarpipe.MpRLock;
import io.jarpipe.MpSemaphore;
import io.jarpipe.MpSimpleQueue;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Uses each of many objects once. */
public final class UsingWorkers {
    private UsingWorkers() {}

    /** Uses what it is given, closes some of it, and says so. */
    public static void useAndClose(MpConnection ready, List<Object> objects) throws IOException, InterruptedException {
        for (Object object : objects) {
            switch (object) {
                case MpRLock lock -> {
                    lock.acquire();
                    lock.release();
                }
                case MpSemaphore semaphore -> {
                    semaphore.acquire();
                    semaphore.release();
                }
                case MpCondition condition -> {
                    condition.acquire();
                    condition.signalAll();
                    condition.release();
                    condition.close();
                }
                case MpEvent event -> event.set();
                case MpBarrier barrier -> barrier.await();
                default -> passThrough(object);
            }
        }
        ready.send("used");
    }

    @SuppressWarnings("unchecked") // a queue of anything
    private static void passThrough(Object object) throws IOException, InterruptedException {
        if (object instanceof MpSimpleQueue<?> any) {
            MpSimpleQueue<@Nullable Object> queue = (MpSimpleQueue<@Nullable Object>) any;
            queue.put("item");
            queue.take();
            return;
        }
        MpQueue<@Nullable Object> queue = (MpQueue<@Nullable Object>) object;
        queue.put("item");
        queue.take();
        if (queue instanceof MpJoinableQueue<?> joinable) {
            joinable.taskDone();
            joinable.join();
            joinable.close();
        }
    }
}
