package io.jarpipe.os;

import java.nio.channels.ClosedChannelException;
import java.util.List;

/** Uses several descriptors at once: none of them is closed before this is. */
final class Uses implements AutoCloseable {
    private final List<Fd> fds;
    private int begun;

    /** Begins to use all, or none if one of them is closed. */
    Uses(List<Fd> fds) throws ClosedChannelException {
        this.fds = fds;
        try {
            for (Fd fd : fds) {
                fd.begin();
                begun++;
            }
        } catch (ClosedChannelException e) {
            close();
            throw e;
        }
    }

    /** Returns the descriptors, all of them in use. */
    List<Fd> fds() {
        return fds;
    }

    /** Fills a set for poll(2), which may have room for more behind them. */
    void fill(PollSet set, int events) {
        for (int i = 0; i < fds.size(); i++) {
            set.put(i, fds.get(i).number(), events);
        }
    }

    @Override
    public void close() {
        fds.subList(0, begun).forEach(Fd::end);
        begun = 0;
    }
}
