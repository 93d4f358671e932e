package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import java.io.IOException;

/** Is named as a target without a method. */
public final class LifecycleDefault {
    private static int runs;

    private LifecycleDefault() {}

    /** Sends how often it ran: once, because each worker has its own static fields. */
    public static void run(MpConnection out) throws IOException, InterruptedException {
        runs++;
        out.send(runs);
    }
}
