package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.PosixException;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks for one page of a daemon, over TCP or a Unix socket, which Java's own HTTP client cannot use. */
final class HttpGet {
    private static final int LONGEST_REPLY = 16 * 1024;

    private HttpGet() {}

    /**
     * An answer.
     *
     * @param status the HTTP status code
     * @param text the body, without white space around it
     */
    record Answer(int status, String text) {}

    /** Asks and waits for the answer. */
    static Answer ask(MpAddress address, String path, Duration patience) throws IOException, InterruptedException {
        Deadline deadline = Deadline.after(patience);
        try (Transport transport = Transport.adopt(Sockets.connect(address, deadline), true, true);
                Arena arena = Arena.ofConfined()) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            send(transport, arena.allocateFrom(request, StandardCharsets.US_ASCII), request.length(), deadline);
            return parse(receive(transport, arena.allocate(LONGEST_REPLY), deadline));
        } catch (PosixException e) {
            throw new IOException("nobody answers at " + address + " (" + e.getMessage() + ")", e);
        }
    }

    private static void send(Transport transport, MemorySegment request, long length, Deadline deadline)
            throws IOException, InterruptedException {
        long sent = 0;
        while (sent < length) {
            long count =
                    transport.write(request.asSlice(sent, length - sent), deadline, Transport.Waiting.INTERRUPTIBLE);
            if (count == 0) {
                throw new IOException("the daemon did not take the request in time");
            }
            sent += count;
        }
    }

    private static String receive(Transport transport, MemorySegment buffer, Deadline deadline)
            throws IOException, InterruptedException {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        while (reply.size() < LONGEST_REPLY) {
            long count = transport.read(buffer, deadline, Transport.Waiting.INTERRUPTIBLE);
            if (count < 0) {
                throw new IOException("the daemon did not answer in time");
            }
            if (count == 0) {
                break;
            }
            reply.writeBytes(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        }
        return reply.toString(StandardCharsets.UTF_8);
    }

    private static Answer parse(String reply) throws IOException {
        String[] headAndBody = reply.split("\r\n\r\n", 2);
        String[] statusLine = headAndBody[0].split("[ \r\n]", 3);
        if (headAndBody.length < 2 || !statusLine[0].startsWith("HTTP/1.") || !statusLine[1].matches("\\d{3}")) {
            throw new IOException("what answers is no HTTP server");
        }
        return new Answer(Integer.parseInt(statusLine[1]), headAndBody[1].strip());
    }
}
