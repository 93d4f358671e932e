package io.jarpipe.daemon.cli;

import io.jarpipe.connection.FrameReader;
import io.jarpipe.connection.FrameWriter;
import io.jarpipe.connection.OutgoingFrame;
import io.jarpipe.daemon.Version;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.ThisProcess;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.io.EOFException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The Python process that launched a private daemon, seen through the daemon's stdin and stdout: it says the authkey,
 * is told the address, and its end is the end of stdin, however it ended.
 */
final class PrivateParent {
    private static final int LONGEST_KEY = 4096;

    private final Transport stdin;
    private final FrameReader reader;

    private PrivateParent(Transport stdin) {
        this.stdin = stdin;
        this.reader = new FrameReader(stdin, LONGEST_KEY);
    }

    /** Looks at stdin, which has to be a pipe. */
    static PrivateParent attach() throws IOException {
        try {
            return new PrivateParent(Transport.adopt(Fd.duplicate(0), true, false));
        } catch (IOException e) {
            throw notForPeople(e);
        }
    }

    private static IOException notForPeople(IOException cause) {
        return new IOException(
                "serve --private is how the Python package starts a daemon, with a pipe as stdin: start one by hand with"
                        + " 'jarpipe serve'",
                cause);
    }

    /** Receives the authkey. */
    byte[] receiveKey() throws IOException, InterruptedException {
        try {
            return Objects.requireNonNull(reader.read(Deadline.NEVER), "an unbounded wait cannot time out");
        } catch (EOFException e) {
            throw notForPeople(e);
        }
    }

    /** Tells the address, once the daemon listens there; from then on stdout means stderr. */
    void announce(String address, PickleCodec codec) throws IOException, InterruptedException {
        Map<String, Object> announcement = new LinkedHashMap<>();
        announcement.put("address", address);
        announcement.put("daemon", Version.number());
        announcement.put("protocol", Version.PROTOCOL);
        announcement.put("pid", ThisProcess.id());
        try (Transport stdout = Transport.adopt(Fd.duplicate(1), false, true)) {
            new FrameWriter(stdout).write(new OutgoingFrame(codec.encode(announcement)));
        } finally {
            Fd.redirect(1, 2);
        }
    }

    /** Waits until the parent is gone. */
    void awaitEnd() throws IOException, InterruptedException {
        try {
            while (true) {
                reader.read(Deadline.NEVER); // nothing is said after the key; skip it if something is
            }
        } catch (EOFException gone) {
            stdin.close();
        }
    }
}
