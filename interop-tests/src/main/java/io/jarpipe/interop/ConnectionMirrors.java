package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.MpConnections;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the child processes of CPython's own connection tests do, done by Java. */
public final class ConnectionMirrors {
    private ConnectionMirrors() {}

    /** {@code _TestConnection._echo}: sends back bytes until an empty message comes. */
    public static void echo(MpConnection connection) throws IOException, InterruptedException {
        for (byte[] message = connection.recvBytes(); message.length > 0; message = connection.recvBytes()) {
            connection.sendBytes(message);
        }
        connection.close();
    }

    /** {@code _TestPoll._child_strings}: sends messages, each when the parent has polled in vain. */
    public static void strings(MpConnection connection, List<byte[]> strings, MpConnection cues)
            throws IOException, InterruptedException {
        for (byte[] string : strings) {
            cues.recv();
            connection.sendBytes(string);
        }
        connection.close();
    }

    /** {@code _TestPoll._child_boundaries}: polls, which must not take a part of a message out of the pipe. */
    public static void boundaries(MpConnection reader, MpConnection polls) throws IOException, InterruptedException {
        polls.send("polls");
        polls.send(reader.poll(Duration.ofSeconds(20)));
    }

    /** {@code _TestPoll._child_dont_merge}. */
    public static void dontMerge(MpConnection connection) throws IOException, InterruptedException {
        connection.sendBytes(new byte[] {'a'});
        connection.sendBytes(new byte[] {'b'});
        connection.sendBytes(new byte[] {'c', 'd'});
    }

    /** {@code TestWait._child_test_wait}: sends ten messages with a mark; slowly means one per cue. */
    public static void sendTen(MpConnection writer, String mark, @Nullable MpConnection cues)
            throws IOException, InterruptedException {
        for (int i = 0; i < 10; i++) {
            if (cues != null) {
                cues.recv();
            }
            writer.send(PyTuple.of(i, mark));
        }
        writer.close();
    }

    /** The loop of {@code TestWait.test_wait}, with Java in the parent's place; sends all messages in the end. */
    public static void waitForAll(List<MpConnection> connections, MpConnection result)
            throws IOException, InterruptedException {
        List<MpConnection> readers = new ArrayList<>(connections);
        List<@Nullable Object> messages = new ArrayList<>();
        while (!readers.isEmpty()) {
            for (MpConnection reader : MpConnections.wait(readers, null)) {
                try {
                    messages.add(reader.recv());
                } catch (EOFException e) {
                    readers.remove(reader);
                    reader.close();
                }
            }
        }
        result.send(messages);
    }

    /** Answers which of two connections are ready within some seconds, on a virtual thread if asked to. */
    public static void waitForTwo(MpConnection calls, MpConnection a, MpConnection b, boolean virtual)
            throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> {
            Duration timeout = arguments.isEmpty() ? null : Remote.seconds(arguments.getFirst());
            List<Integer> ready = new ArrayList<>();
            WaitTask task = new WaitTask(List.of(a, b), timeout);
            task.run(virtual);
            task.ready().forEach(connection -> ready.add(connection.equals(a) ? 0 : 1));
            return ready;
        });
    }

    /** A wait on a thread of either kind. */
    private static final class WaitTask {
        private final List<MpConnection> connections;
        private final @Nullable Duration timeout;
        private List<MpConnection> ready = List.of();
        private @Nullable Exception failure;

        WaitTask(List<MpConnection> connections, @Nullable Duration timeout) {
            this.connections = connections;
            this.timeout = timeout;
        }

        void run(boolean virtual) throws InterruptedException {
            if (virtual) {
                Thread.ofVirtual().start(this::await).join();
            } else {
                await();
            }
        }

        private void await() {
            try {
                ready = MpConnections.wait(connections, timeout);
            } catch (IOException | InterruptedException e) {
                failure = e;
            }
        }

        List<MpConnection> ready() throws IOException {
            if (failure != null) {
                throw new IOException(failure);
            }
            return ready;
        }
    }

    /** {@code TestTimeouts._test_timeout}: sends only when the parent waits already. */
    public static void timeout(MpConnection child, MpConnection cue) throws IOException, InterruptedException {
        cue.recv();
        child.send(123);
        child.close();
    }

    /**
     * {@code TestIgnoreEINTR._test_ignore}: an interrupt takes the signal's place. One that comes while a message is
     * waited for ends the wait and nothing else; one that comes within a message is seen after it.
     */
    public static void ignoreInterrupts(MpConnection connection, int size) throws IOException, InterruptedException {
        connection.send("ready");
        awaitInterrupt(connection);
        connection.send("interrupted");
        connection.send(connection.recv());
        connection.sendBytes(new byte[size]);
        awaitInterrupt(connection);
        connection.send("interrupted");
    }

    /** Waits for a message that does not come until interrupted. */
    private static void awaitInterrupt(MpConnection connection) throws IOException {
        try {
            throw new IllegalStateException("not interrupted, but told " + connection.recv());
        } catch (InterruptedException e) {
            // this is what was waited for
        }
    }

    /** Sends messages until killed. */
    public static void flood(MpConnection connection, int size) throws IOException, InterruptedException {
        while (true) {
            connection.sendBytes(new byte[size]);
        }
    }

    /** Sends one message from a virtual thread, so that waiting for room parks it. */
    public static void sendFromVirtualThread(MpConnection connection, int size) throws InterruptedException {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        connection.sendBytes(new byte[size]);
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .join();
    }
}
