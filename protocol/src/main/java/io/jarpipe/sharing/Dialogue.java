package io.jarpipe.sharing;

import io.jarpipe.auth.Handshake;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.wire.FrameDecoder;
import io.jarpipe.wire.FrameEncoder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketTimeoutException;
import java.util.Optional;

/**
 * A few short messages over a socket, all of them before one deadline. Never reads beyond a message, because a
 * descriptor may follow. An interrupt stays pending: closing the socket is what ends a wait early.
 */
final class Dialogue {
    /** Enough for any message of a handshake; small, because many clients may stall at once. */
    private static final int MOST_AT_ONCE = 512;

    private final Transport socket;
    private final Deadline deadline;

    Dialogue(Transport socket, Deadline deadline) {
        this.socket = socket;
        this.deadline = deadline;
    }

    /** Proves to the peer that this side knows the key, and lets it prove the same. */
    void authenticate(Handshake handshake) throws IOException, InterruptedException {
        Optional<byte[]> first = handshake.begin();
        if (first.isPresent()) {
            send(first.get());
        }
        Handshake.Step step;
        do {
            step = handshake.receive(receive(Handshake.MAX_FRAME_LENGTH));
            if (step.reply().isPresent()) {
                send(step.reply().get());
            }
            step.throwIfFailed();
        } while (!step.isDone());
    }

    /** Sends one message. */
    void send(byte[] message) throws IOException, InterruptedException {
        byte[] frame = FrameEncoder.frame(message);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
            long written = 0;
            while (written < frame.length) {
                long length = frame.length - written;
                long count = socket.write(bytes.address() + written, length, deadline, Waiting.UNTIL_COMPLETE);
                if (count == 0) {
                    throw timedOut();
                }
                written += count;
            }
        }
    }

    /** Receives one message of at most {@code maxLength} bytes. */
    byte[] receive(int maxLength) throws IOException, InterruptedException {
        FrameDecoder decoder = new FrameDecoder(maxLength);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(MOST_AT_ONCE);
            while (!decoder.isComplete()) {
                int wanted = Math.min(decoder.wanted(), MOST_AT_ONCE);
                int length = (int) socket.read(bytes.address(), wanted, deadline, Waiting.UNTIL_COMPLETE);
                if (length < 0) {
                    throw timedOut();
                }
                if (length == 0) {
                    throw decoder.endOfStream();
                }
                decoder.feed(bytes.asSlice(0, length).asByteBuffer());
            }
        }
        return decoder.take();
    }

    private static SocketTimeoutException timedOut() {
        return new SocketTimeoutException("the peer did not answer in time");
    }
}
