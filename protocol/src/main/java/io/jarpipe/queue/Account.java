package io.jarpipe.queue;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** What a queue counts: free slots, and in a joinable one the tasks. */
final class Account {
    private static final System.Logger LOG = System.getLogger(Account.class.getName());

    private final SemLock freeSlots;
    private final @Nullable Tasks tasks;
    private final UseCount uses;

    Account(SemLock freeSlots, @Nullable Tasks tasks, UseCount uses) {
        this.freeSlots = freeSlots;
        this.tasks = tasks;
        this.uses = uses;
    }

    /** Takes the slot for one item. */
    boolean acquireSlot(Deadline deadline) throws IOException, InterruptedException {
        return freeSlots.acquireFor(uses, deadline, Waiting.INTERRUPTIBLE);
    }

    /** Counts an item, for which a slot was acquired, a moment before others can see it. */
    void count() throws IOException {
        if (tasks != null) {
            tasks.count();
        }
    }

    /** Gives back the slot of an item that others have not seen, and that was not counted. */
    void giveSlotBack() {
        try {
            freeSlots.release();
        } catch (IOException | IllegalStateException e) {
            LOG.log(Level.WARNING, "a slot of a dropped item could not be given back", e);
        }
    }

    /** Uncounts items that others will not see, and gives their slots back. */
    void drop(int count) {
        for (int i = 0; i < count; i++) {
            giveSlotBack();
        }
        if (tasks != null && count > 0) {
            tasks.withdraw(count);
        }
    }
}
