package io.jarpipe.queue;

import io.jarpipe.os.Fd;
import io.jarpipe.os.Leaks;
import io.jarpipe.os.UseCount;

/** What all views of one queue share: while one of them is reachable the queue is not lost. */
final class Lifetime {
    private final Leaks.Watch watch;

    Lifetime(String name, Fd reader, UseCount uses) {
        this.watch = Leaks.watch(this, new Holdings(name, reader, uses));
    }

    void end() {
        watch.end(this);
    }

    /** What a forgotten queue leaves behind. */
    private record Holdings(String name, Fd reader, UseCount uses) implements Leaks.Holdings {
        @Override
        public boolean isClosed() {
            return uses.isClosed();
        }

        @Override
        public void close() {
            if (uses.close()) {
                reader.endWaits();
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
