package io.jarpipe.benchmarks.parties;

import io.jarpipe.MpConnection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The ends of connections. */
public final class Connections {
    private Connections() {}

    /**
     * Sends so many messages of one size.
     *
     * @param control says how many
     * @param connection where to
     * @param size length of the messages in bytes
     * @throws IOException if a connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void send(MpConnection control, MpConnection connection, int size)
            throws IOException, InterruptedException {
        byte[] message = new byte[size];
        Commands.obey(control, count -> {
            for (long i = 0; i < count; i++) {
                connection.sendBytes(message);
            }
            return null;
        });
    }

    /**
     * Receives so many messages as arrays.
     *
     * @param control says how many
     * @param connection where from
     * @throws IOException if a connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void receive(MpConnection control, MpConnection connection) throws IOException, InterruptedException {
        Commands.obey(control, count -> {
            for (long i = 0; i < count; i++) {
                connection.recvBytes();
            }
            return null;
        });
    }

    /**
     * Receives so many messages into the same native memory.
     *
     * @param control says how many
     * @param connection where from
     * @param size length of the longest message in bytes
     * @throws IOException if a connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void receiveNative(MpConnection control, MpConnection connection, int size)
            throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(size);
            Commands.obey(control, count -> {
                for (long i = 0; i < count; i++) {
                    connection.recvBytesInto(target);
                }
                return null;
            });
        }
    }

    /**
     * Serves one client of a service: sends back what comes, until the client goes.
     *
     * @param connection to the client
     * @throws IOException if the client has gone
     * @throws InterruptedException if the daemon ends
     */
    public static void serve(MpConnection connection) throws IOException, InterruptedException {
        while (true) {
            connection.sendBytes(connection.recvBytes());
        }
    }

    /**
     * Sends so many messages back as they come.
     *
     * @param control says how many
     * @param connection where they come from
     * @throws IOException if a connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void echo(MpConnection control, MpConnection connection) throws IOException, InterruptedException {
        Commands.obey(control, count -> {
            for (long i = 0; i < count; i++) {
                connection.sendBytes(connection.recvBytes());
            }
            return null;
        });
    }

    /**
     * Unpickles so many messages, and sends them back.
     *
     * @param control says how many
     * @param connection where they come from
     * @throws IOException if a connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void echoObjects(MpConnection control, MpConnection connection)
            throws IOException, InterruptedException {
        Commands.obey(control, count -> {
            for (long i = 0; i < count; i++) {
                connection.send(connection.recv());
            }
            return null;
        });
    }
}
