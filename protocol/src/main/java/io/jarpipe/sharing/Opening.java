package io.jarpipe.sharing;

import io.jarpipe.os.SharedBlock;
import io.jarpipe.os.Transport;
import io.jarpipe.sync.SemLock;
import java.util.ArrayList;
import java.util.List;

/** Closes what was opened so far when opening the rest fails. */
final class Opening implements AutoCloseable {
    private final List<Runnable> undo = new ArrayList<>();

    /** Remembers to close a transport unless everything succeeds. */
    Transport keep(Transport opened) {
        undo.add(opened::close);
        return opened;
    }

    /** Remembers to close a semaphore unless everything succeeds. */
    SemLock keep(SemLock opened) {
        undo.add(opened::close);
        return opened;
    }

    /** Remembers to close shared memory unless everything succeeds. */
    SharedBlock keep(SharedBlock opened) {
        undo.add(opened::close);
        return opened;
    }

    /** Leaves all that was opened to its new owner. */
    void succeeded() {
        undo.clear();
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
    }
}
