package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.JoinablePipeQueue;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.queue.SimplePipeQueue;
import io.jarpipe.sync.ProcessCondition;
import io.jarpipe.sync.ProcessRLock;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes live queues of their recipes. */
final class QueueRecipes {
    /** Opens the pipe end that a pickled connection stands for. */
    @FunctionalInterface
    interface Transports {
        Transport open(PyObject connection, boolean readable, boolean writable) throws IOException;
    }

    private static final int QUEUE_STATE = 8;
    private static final int JOINABLE_STATE = 10;
    private static final int SIMPLE_STATE = 4;
    private static final int CONDITION_STATE = 4;

    private final Transports transports;
    private final PickleCodec codec;
    private final int maxLength;

    /** Makes queues that read and write with {@code codec}, up to {@code maxLength} bytes. */
    QueueRecipes(Transports transports, PickleCodec codec, int maxLength) {
        this.transports = transports;
        this.codec = codec;
        this.maxLength = maxLength;
    }

    PipeQueue<@Nullable Object> queue(PyObject recipe) throws IOException {
        State state = new State(recipe, QUEUE_STATE);
        try (Opening opening = new Opening()) {
            PipeQueue.Parts parts = queueParts(state, opening);
            opening.succeeded();
            return new PipeQueue<>(parts, codec, item -> item, maxLength);
        }
    }

    private PipeQueue.Parts queueParts(State state, Opening opening) throws IOException {
        return new PipeQueue.Parts(
                opening.keep(transports.open(state.part(2), true, false)),
                opening.keep(transports.open(state.part(3), false, true)),
                state.semaphore(4, opening),
                state.semaphore(5, opening),
                state.semaphore(6, opening));
    }

    JoinablePipeQueue<@Nullable Object> joinableQueue(PyObject recipe) throws IOException {
        State state = new State(recipe, JOINABLE_STATE);
        PyObject condition = state.part(8);
        if (!condition.callable().equals(Recipes.CONDITION)) {
            throw MpSharingException.malformed(recipe.className(), "a Condition as element 9 of its state");
        }
        State of = new State(condition, CONDITION_STATE);
        try (Opening opening = new Opening()) {
            PipeQueue.Parts parts = queueParts(state, opening);
            SemLock unfinished = state.semaphore(9, opening);
            SemLock lock = of.semaphore(0, opening);
            SemLock sleeping = of.semaphore(1, opening);
            SemLock woken = of.semaphore(2, opening);
            SemLock waitSemaphore = of.semaphore(3, opening);
            opening.succeeded();
            ProcessCondition done = new ProcessCondition(new ProcessRLock(lock), sleeping, woken, waitSemaphore);
            JoinablePipeQueue.TaskParts tasks = new JoinablePipeQueue.TaskParts(done, unfinished);
            return new JoinablePipeQueue<>(parts, tasks, codec, item -> item, maxLength);
        }
    }

    SimplePipeQueue<@Nullable Object> simpleQueue(PyObject recipe) throws IOException {
        State state = new State(recipe, SIMPLE_STATE);
        try (Opening opening = new Opening()) {
            SimplePipeQueue.Parts parts = new SimplePipeQueue.Parts(
                    opening.keep(transports.open(state.part(0), true, false)),
                    opening.keep(transports.open(state.part(1), false, true)),
                    state.semaphore(2, opening),
                    state.semaphore(3, opening));
            opening.succeeded();
            return new SimplePipeQueue<>(parts, codec, item -> item, maxLength);
        }
    }

    /** The state tuple of a recipe. */
    private static final class State {
        private final PyObject recipe;
        private final PyTuple elements;

        State(PyObject recipe, int size) throws MpSharingException {
            this.recipe = recipe;
            this.elements = recipe.stateTuple();
            if (elements.size() != size) {
                throw MpSharingException.malformed(recipe.className(), "a state of " + size + " elements");
            }
        }

        PyObject part(int index) throws MpSharingException {
            if (elements.get(index) instanceof PyObject part) {
                return part;
            }
            throw MpSharingException.malformed(
                    recipe.className(), "an object as element " + (index + 1) + " of its state");
        }

        SemLock semaphore(int index, Opening opening) throws IOException {
            return opening.keep(Semaphores.open(part(index)));
        }
    }
}
