package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpQueue;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Workers that use up what a daemon has. */
public final class LimitWorkers {
    private static final int MEBIBYTE = 1 << 20;

    private LimitWorkers() {}

    /** Keeps some memory until it is told to return. */
    public static void hoard(MpConnection connection, int mebibytes) throws IOException, InterruptedException {
        byte[][] kept = new byte[mebibytes][];
        for (int i = 0; i < mebibytes; i++) {
            kept[i] = new byte[MEBIBYTE];
        }
        connection.send("full");
        connection.recv();
        connection.send(kept.length);
    }

    /** Keeps a queue, without using it, until it is told to return. */
    public static void keep(MpQueue<@Nullable Object> queue, MpConnection connection)
            throws IOException, InterruptedException {
        connection.send(queue.toString());
        connection.recv();
    }
}
