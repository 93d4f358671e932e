package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.os.SharedBlock;
import io.jarpipe.sync.OwnedLock;
import io.jarpipe.sync.ProcessBarrier;
import io.jarpipe.sync.ProcessBoundedSemaphore;
import io.jarpipe.sync.ProcessCondition;
import io.jarpipe.sync.ProcessEvent;
import io.jarpipe.sync.ProcessLock;
import io.jarpipe.sync.ProcessRLock;
import io.jarpipe.sync.ProcessSemaphore;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes live locks, semaphores and what is built of them of their recipes. */
final class Synchronization {
    private static final double NANOS_PER_SECOND = 1e9;

    private final DescriptorSource descriptors;
    private final Locks locks;

    /** Finds the live object for the recipe of a lock, which may be shared by several objects of one pickle. */
    @FunctionalInterface
    interface Locks {
        OwnedLock lock(PyObject recipe) throws IOException;
    }

    Synchronization(DescriptorSource descriptors, Locks locks) {
        this.descriptors = descriptors;
        this.locks = locks;
    }

    /** Makes the object of a recipe; null when the recipe is of another kind. */
    @Nullable
    Endpoint make(PyObject recipe) throws IOException {
        Object type = recipe.callable();
        if (type.equals(Recipes.LOCK)) {
            return endpoint(new ProcessLock(Semaphores.open(recipe)));
        } else if (type.equals(Recipes.RLOCK)) {
            return endpoint(new ProcessRLock(Semaphores.open(recipe)));
        } else if (type.equals(Recipes.SEMAPHORE)) {
            return endpoint(new ProcessSemaphore(Semaphores.open(recipe)));
        } else if (type.equals(Recipes.BOUNDED_SEMAPHORE)) {
            return endpoint(new ProcessBoundedSemaphore(Semaphores.open(recipe)));
        } else if (type.equals(Recipes.CONDITION)) {
            ProcessCondition condition = condition(recipe);
            return new Endpoint(condition, condition::isReleased, condition::close);
        } else if (type.equals(Recipes.EVENT)) {
            ProcessEvent event = event(recipe);
            return new Endpoint(event, event::isReleased, event::close);
        } else if (type.equals(Recipes.BARRIER)) {
            ProcessBarrier barrier = barrier(recipe);
            return new Endpoint(barrier, barrier::isReleased, barrier::close);
        }
        return null;
    }

    private static Endpoint endpoint(OwnedLock lock) {
        return new Endpoint(lock, lock.semLock()::isClosed, lock::close);
    }

    /** Makes a condition, which its user closes. */
    ProcessCondition condition(PyObject recipe) throws IOException {
        PyTuple state = recipe.stateTuple();
        if (state.size() != 4
                || !(state.get(0) instanceof PyObject lock)
                || !(state.get(1) instanceof PyObject sleeping)
                || !(state.get(2) instanceof PyObject woken)
                || !(state.get(3) instanceof PyObject wait)) {
            throw MpSharingException.malformed(recipe.className(), "a state of 4 objects");
        }
        OwnedLock owned = locks.lock(lock);
        try (Opening opening = new Opening()) {
            SemLock[] counters = {
                opening.keep(Semaphores.open(sleeping)),
                opening.keep(Semaphores.open(woken)),
                opening.keep(Semaphores.open(wait))
            };
            opening.succeeded();
            return new ProcessCondition(owned, counters[0], counters[1], counters[2]);
        }
    }

    private ProcessEvent event(PyObject recipe) throws IOException {
        Map<?, ?> state = recipe.stateMap();
        if (!(state.get("_cond") instanceof PyObject cond) || !(state.get("_flag") instanceof PyObject flag)) {
            throw MpSharingException.malformed(recipe.className(), "a condition and a flag");
        }
        try (Opening opening = new Opening()) {
            SemLock opened = opening.keep(Semaphores.open(flag));
            ProcessCondition condition = condition(cond);
            opening.succeeded();
            return new ProcessEvent(condition, opened);
        }
    }

    private ProcessBarrier barrier(PyObject recipe) throws IOException {
        PyTuple state = recipe.stateTuple();
        if (state.size() != 5
                || !(state.get(0) instanceof Long parties)
                || parties != parties.intValue()
                || !(state.get(3) instanceof PyObject cond)
                || !(state.get(4) instanceof PyObject wrapper)) {
            throw MpSharingException.malformed(recipe.className(), "a state of 5 elements");
        }
        SharedBlock block = block(wrapper); // claims its descriptor also when the barrier is refused
        try (Opening opening = new Opening()) {
            opening.keep(block);
            if (state.get(1) != null) {
                throw new MpSharingException(
                        Reason.UNSUPPORTED,
                        recipe.className(),
                        null,
                        "a " + recipe.className()
                                + " with an action cannot be shared with a Java worker, which could not"
                                + " call it if it came last: make it without action, and let a Python party act after"
                                + " wait() has returned 0",
                        null);
            }
            Duration timeout = timeout(recipe, state.get(2));
            ProcessCondition condition = condition(cond);
            opening.succeeded();
            return new ProcessBarrier(new ProcessBarrier.Parts(parties.intValue(), timeout, condition, block));
        }
    }

    private static @Nullable Duration timeout(PyObject recipe, @Nullable Object seconds) throws MpSharingException {
        return switch (seconds) {
            case null -> null;
            case Double d -> Duration.ofNanos((long) (d * NANOS_PER_SECOND)); // the cast limits it to 292 years
            case Long n -> Duration.ofSeconds(n);
            default -> throw MpSharingException.malformed(recipe.className(), "a number as timeout");
        };
    }

    private SharedBlock block(PyObject wrapper) throws IOException {
        if (!wrapper.callable().equals(Recipes.BLOCK)
                || !(wrapper.stateMap().get("_state") instanceof PyTuple state)
                || state.size() != 2
                || !(state.get(0) instanceof PyTuple place)
                || place.size() != 3
                || !(place.get(0) instanceof PyObject arena)
                || !arena.callable().equals(Recipes.ARENA)
                || !(Recipes.argument(arena, 0) instanceof Long length)
                || !(place.get(1) instanceof Long start)
                || !(place.get(2) instanceof Long stop)
                || start < 0
                || start % ProcessBarrier.BLOCK_LENGTH != 0
                || stop - start < ProcessBarrier.BLOCK_LENGTH
                || stop > length) {
            throw MpSharingException.malformed(Recipes.BARRIER.toString(), "a block of 8 bytes");
        }
        return SharedBlock.map(
                descriptors.claim(Recipes.objectArgument(arena, 1)), new SharedBlock.Place(length, start, stop));
    }
}
