package io.jarpipe.daemon.worker;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.IoBuffer;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteOrder;

/**
 * The pipe whose read end is the {@code sentinel} of the Python {@code Process}: it carries the exit code, one native
 * 64-bit integer as CPython's forkserver writes it ({@code Lib/multiprocessing/forkserver.py}, {@code write_signed}),
 * and its end.
 */
final class StatusPipe {
    private static final System.Logger LOG = System.getLogger(StatusPipe.class.getName());

    private final Transport pipe;

    /** Takes over the write end. */
    StatusPipe(Fd writeEnd) throws IOException {
        this.pipe = Transport.adopt(writeEnd, false, true);
    }

    /** Writes the exit code, which always fits, and closes the pipe. */
    void exit(int code) {
        try (pipe;
                IoBuffer buffer = IoBuffer.borrow()) {
            buffer.bytes().order(ByteOrder.nativeOrder()).putLong(code);
            pipe.write(buffer.address(), Long.BYTES, Deadline.NOW, Waiting.UNTIL_COMPLETE);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "nobody waits for this exit code any more", e);
        } catch (InterruptedException e) {
            throw new AssertionError("this write does not wait", e);
        }
    }

    /** Closes the pipe without an exit code: the process was never started. */
    void abandon() {
        pipe.close();
    }
}
