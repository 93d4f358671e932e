package io.jarpipe.os;

import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Small steps that several tests of this package take. */
final class Pipes {
    static final Deadline SOON = Deadline.after(Duration.ofSeconds(30));

    private Pipes() {}

    static void write(Transport to, String text) throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            buffer.bytes().put(bytes);
            to.write(buffer.address(), bytes.length, SOON, Waiting.INTERRUPTIBLE);
        }
    }

    /** Reads what is there; null at the end of the stream. */
    static String read(Transport from) throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            int length = (int) from.read(buffer.address(), IoBuffer.SIZE, SOON, Waiting.INTERRUPTIBLE);
            byte[] bytes = new byte[length];
            buffer.bytes().get(bytes);
            return length == 0 ? null : new String(bytes, StandardCharsets.US_ASCII);
        }
    }

    static String through(Transport to, Transport from, String text) throws IOException, InterruptedException {
        write(to, text);
        return read(from);
    }

    /** Writes until nothing fits any more. */
    static void fill(Transport to) throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            while (to.write(buffer.address(), 1024, Deadline.NOW, Waiting.UNTIL_COMPLETE) > 0) {
                // until the pipe is full
            }
        }
    }

    /** Returns the flags of a descriptor and its description, as the kernel shows them. */
    static int flags(Fd fd) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd.number())).stream()
                .filter(line -> line.startsWith("flags:"))
                .map(line -> Integer.parseInt(line.substring("flags:".length()).strip(), 8))
                .findFirst()
                .orElseThrow();
    }
}
