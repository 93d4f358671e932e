package io.jarpipe.connection;

import io.jarpipe.MpAuthenticationException;
import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.PosixException;
import io.jarpipe.auth.Handshake;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.wire.FrameDecoder;
import io.jarpipe.wire.FrameEncoder;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;

/**
 * Carries a {@link Handshake} over a socket, within one deadline for the whole of it. Reads nothing beyond the
 * handshake: what follows belongs to the connection.
 */
public final class Authentication {
    /** Longest frame of a handshake with its header, and more than any of ours. */
    private static final int BUFFER_SIZE = 512;

    private static final String NO_KEY = "; perhaps the client has no authkey and sends its messages at once";

    private final Handshake handshake;
    private final Handshake.Role role;
    private final Transport transport;
    private final Duration timeout;
    private final Deadline deadline;
    private final FrameDecoder decoder = new FrameDecoder(Handshake.MAX_FRAME_LENGTH);

    private Authentication(
            Handshake.Role role,
            byte[] key,
            Handshake.Md5 md5,
            Transport transport,
            Duration timeout,
            Deadline deadline) {
        this.handshake = Handshake.create(role, key, md5);
        this.role = role;
        this.transport = transport;
        this.timeout = timeout;
        this.deadline = deadline;
    }

    /**
     * Runs a handshake to its end.
     *
     * @param role which side this is
     * @param key the authkey; may be empty
     * @param md5 whether HMAC-MD5 may be used
     * @param transport the socket, which stays the caller's: to be closed when this method throws
     * @param timeout how long the peer was given, for error messages
     * @param deadline when the whole handshake must be over
     * @throws MpAuthenticationException when the keys differ, the peer does not know the protocol, or it does not
     *     answer in time; the message says what is probably wrong
     * @throws EOFException when a client left during the handshake
     * @throws io.jarpipe.ProtocolException when the peer sends what is no frame of a handshake
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException when interrupted while waiting
     */
    public static void run(
            Handshake.Role role,
            byte[] key,
            Handshake.Md5 md5,
            Transport transport,
            Duration timeout,
            Deadline deadline)
            throws IOException, InterruptedException {
        Authentication authentication = new Authentication(role, key, md5, transport, timeout, deadline);
        try (Arena arena = Arena.ofConfined()) {
            authentication.run(arena.allocate(BUFFER_SIZE));
        } catch (MpBrokenPipeException e) {
            throw authentication.endOfStream();
        } catch (PosixException e) {
            throw e.errnoName().equals("ECONNRESET") ? authentication.endOfStream() : e;
        }
    }

    private void run(MemorySegment buffer) throws IOException, InterruptedException {
        send(handshake.begin(), buffer);
        Handshake.Step step;
        do {
            step = handshake.receive(receive(buffer));
            send(step.reply(), buffer);
            step.throwIfFailed();
        } while (!step.isDone());
    }

    private void send(Optional<byte[]> body, MemorySegment buffer) throws IOException, InterruptedException {
        byte[] frame = body.map(FrameEncoder::frame).orElse(new byte[0]);
        MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
        for (int sent = 0; sent < frame.length; ) {
            long length =
                    transport.write(buffer.address() + sent, frame.length - sent, deadline, Waiting.INTERRUPTIBLE);
            if (length == 0) {
                throw tooLate();
            }
            sent += (int) length;
        }
    }

    private byte[] receive(MemorySegment buffer) throws IOException, InterruptedException {
        while (!decoder.isComplete()) {
            long length = transport.read(
                    buffer.address(), Math.min(decoder.wanted(), BUFFER_SIZE), deadline, Waiting.INTERRUPTIBLE);
            if (length < 0) {
                throw tooLate();
            }
            if (length == 0) {
                throw endOfStream();
            }
            feed(buffer.asSlice(0, length));
        }
        return decoder.take();
    }

    private void feed(MemorySegment bytes) throws IOException {
        try {
            decoder.feed(bytes.asByteBuffer());
        } catch (IOException e) {
            if (handshake.state() == Handshake.State.AWAIT_RESPONSE) {
                throw new MpAuthenticationException("bad message length: " + e.getMessage() + NO_KEY);
            }
            throw e;
        }
    }

    private IOException tooLate() {
        String within = " within " + timeout.toMillis() / 1000.0 + " s";
        return new MpAuthenticationException(
                switch (handshake.state()) {
                    case AWAIT_CHALLENGE ->
                        role == Handshake.Role.CLIENT
                                ? "the listener sent no challenge" + within
                                        + ": perhaps it has no authkey (or an empty one, before CPython 3.13), or is"
                                        + " busy and accepts nobody"
                                : "the client sent no challenge" + within + " after it had been welcomed";
                    case AWAIT_RESPONSE ->
                        "the peer did not answer the challenge" + within + ": perhaps it has no authkey";
                    default -> "the peer did not finish the handshake" + within;
                });
    }

    private IOException endOfStream() {
        if (role == Handshake.Role.LISTENER) {
            return new EOFException("the client left during the handshake");
        }
        return new MpAuthenticationException(
                "the listener closed the connection during the handshake: it refuses this user or this key");
    }
}
