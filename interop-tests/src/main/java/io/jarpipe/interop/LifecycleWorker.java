package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.Worker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes all arguments as they come. */
public final class LifecycleWorker implements Worker {
    /** Is called by the daemon. */
    public LifecycleWorker() {}

    /** Sends its arguments back through the first of them. */
    @Override
    public void run(List<@Nullable Object> args, Map<String, @Nullable Object> kwargs)
            throws IOException, InterruptedException {
        if (args.getFirst() instanceof MpConnection out) {
            out.send(List.of(args.subList(1, args.size()), kwargs));
        }
    }
}
