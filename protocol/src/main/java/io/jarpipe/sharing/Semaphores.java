package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PosixException;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.os.NamedSemaphore;
import io.jarpipe.sync.SemLock;
import java.io.IOException;

/** Opens the named semaphore of a pickled {@code multiprocessing.synchronize.SemLock}. */
final class Semaphores {
    private Semaphores() {}

    /**
     * Opens the semaphore of a lock or semaphore with the state {@code (handle, kind, maxvalue, name)}; the handle is
     * an address in the creator and means nothing here.
     */
    static SemLock open(PyObject object) throws IOException {
        String type = object.className();
        PyTuple state = object.stateTuple();
        if (state.size() != 4 || !(state.get(2) instanceof Long maxValue)) {
            throw MpSharingException.malformed(type, "a state of 4 elements");
        }
        if (maxValue < 1 || maxValue > SemLock.NO_MAXIMUM) {
            throw MpSharingException.malformed(type, "a maximum from 1 to " + SemLock.NO_MAXIMUM);
        }
        if (state.get(3) == null) {
            throw new MpSharingException(
                    Reason.FORK_CONTEXT,
                    type,
                    null,
                    "a " + type
                            + " of a fork context has no name that Java could open: make it (or the Queue it is part"
                            + " of) with jarpipe.get_context() or multiprocessing.get_context('spawn'); fork children"
                            + " can use it all the same",
                    null);
        }
        if (!(state.get(3) instanceof String name)) {
            throw MpSharingException.malformed(type, "a str as name");
        }
        return open(type, name, Math.toIntExact(maxValue));
    }

    private static SemLock open(String type, String name, int maxValue) throws IOException {
        try {
            return new SemLock(NamedSemaphore.open(name), maxValue);
        } catch (PosixException e) {
            String cure = switch (e.errnoName()) {
                case "ENOENT" ->
                    "it was garbage-collected in the process that created it, or that process has"
                            + " ended: keep a reference to the Queue or Lock there as long as others use it; in a"
                            + " container, share /dev/shm with the Python side";
                case "EACCES" -> "it belongs to another user: run the daemon as the user that runs Python";
                default -> e.getMessage();
            };
            throw new MpSharingException(
                    Reason.VANISHED,
                    type,
                    name,
                    "the semaphore " + name + " of a " + type + " cannot be opened: " + cure,
                    e);
        }
    }
}
