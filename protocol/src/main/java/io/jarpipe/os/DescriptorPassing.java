package io.jarpipe.os;

import io.jarpipe.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends and receives descriptors over a Unix socket as CPython does ({@code Lib/multiprocessing/reduction.py},
 * {@code sendfds} and {@code recvfds}).
 *
 * <p>A batch travels as one payload byte, the number of descriptors modulo 256, with one SCM_RIGHTS block:
 *
 * <pre>
 *   struct msghdr (56 bytes)                     control block
 *   0        8        16       24                 0        8       12      16
 *   +--------+--------+--------+--------+         +--------+-------+-------+-----+-----+---
 *   | name 0 | 0      | iov    | 1      |         | length | level | type  | fd0 | fd1 | ...
 *   +--------+--------+--------+--------+         +--------+-------+-------+-----+-----+---
 *   32       40       48                           u64      i32 = 1 i32 = 1 i32   i32
 *   +--------+--------+--------+
 *   | control| length | flags  |                  (native byte order)
 *   +--------+--------+--------+
 * </pre>
 *
 * From CPython 3.14 on, {@code recvfds} answers with one byte {@code A}, which {@code sendfds} waits for;
 * {@link #acknowledge} sends it and {@link #awaitAcknowledgement} tolerates its absence.
 */
public final class DescriptorPassing {
    /** The most descriptors the kernel passes in one message (SCM_MAX_FD). */
    public static final int MOST_IN_ONE_MESSAGE = 253;

    private static final int MSGHDR_SIZE = 56;
    private static final int IOVEC_SIZE = 16;
    private static final int CMSGHDR_SIZE = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CTRUNC = 0x8;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final byte ACKNOWLEDGEMENT = 'A';

    private DescriptorPassing() {}

    /** The native memory of one message: header, one-byte payload, control block. */
    private record Message(MemorySegment header, MemorySegment payload, MemorySegment control) {
        static Message allocate(Arena arena, int descriptors) {
            MemorySegment header = arena.allocate(MSGHDR_SIZE, Long.BYTES);
            MemorySegment vector = arena.allocate(IOVEC_SIZE, Long.BYTES);
            MemorySegment payload = arena.allocate(1);
            // Padded to eight bytes, as CMSG_SPACE does.
            long space = CMSGHDR_SIZE + (4L * descriptors + 7) / 8 * 8;
            MemorySegment control = arena.allocate(space, Long.BYTES);
            vector.set(ValueLayout.JAVA_LONG, 0, payload.address());
            vector.set(ValueLayout.JAVA_LONG, 8, 1);
            header.set(ValueLayout.JAVA_LONG, 16, vector.address());
            header.set(ValueLayout.JAVA_LONG, 24, 1);
            header.set(ValueLayout.JAVA_LONG, 32, control.address());
            header.set(ValueLayout.JAVA_LONG, 40, control.byteSize());
            return new Message(header, payload, control);
        }

        int flags() {
            return header.get(ValueLayout.JAVA_INT, 48);
        }

        long controlLength() {
            return header.get(ValueLayout.JAVA_LONG, 40);
        }

        /** Takes over every descriptor the kernel has installed, wanted or not. */
        List<Fd> takeDescriptors() {
            List<Fd> descriptors = new ArrayList<>();
            if (controlLength() < CMSGHDR_SIZE
                    || control.get(ValueLayout.JAVA_INT, 8) != SOL_SOCKET
                    || control.get(ValueLayout.JAVA_INT, 12) != SCM_RIGHTS) {
                return descriptors;
            }
            long end = Math.min(control.get(ValueLayout.JAVA_LONG, 0), controlLength());
            for (long offset = CMSGHDR_SIZE; offset + 4 <= end; offset += 4) {
                descriptors.add(Fd.ofNew(control.get(ValueLayout.JAVA_INT, offset)));
            }
            return descriptors;
        }
    }

    /**
     * Receives one batch of descriptors, all close-on-exec.
     *
     * @param socket a Unix socket on which nothing is unread before the batch
     * @param count how many are expected, 1 to {@link #MOST_IN_ONE_MESSAGE}
     * @param deadline how long to wait
     * @return their owners, in order
     * @throws EOFException when the peer is gone
     * @throws ProtocolException when something else came, or another number of descriptors; what came is closed
     * @throws IOException when the deadline passed or the call failed
     * @throws InterruptedException when interrupted while waiting
     */
    public static List<Fd> receive(Transport socket, int count, Deadline deadline)
            throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            Message message = Message.allocate(arena, count);
            long length = transfer(socket, message, Waiter.POLLIN, deadline);
            List<Fd> descriptors = message.takeDescriptors();
            String problem = problem(message, length, descriptors.size(), count);
            if (problem != null) {
                descriptors.forEach(Fd::close);
                throw length == 0
                        ? new EOFException("the peer closed the connection before it sent its descriptors")
                        : new ProtocolException(problem);
            }
            return descriptors;
        }
    }

    private static @Nullable String problem(Message message, long length, int received, int expected) {
        if (length == 0) {
            return "end of stream";
        }
        if ((message.flags() & MSG_CTRUNC) != 0) {
            return "more descriptors arrived than could be installed: " + received + " (expected: " + expected
                    + "); raise the limit of open files if it is used up";
        }
        if (received != expected) {
            return "received " + received + " descriptors (expected: " + expected + ")";
        }
        int payload = message.payload().get(ValueLayout.JAVA_BYTE, 0) & 0xff;
        return payload == expected % 256 ? null : "descriptor count byte: " + payload + " (expected: " + expected + ")";
    }

    /**
     * Sends one batch of descriptors; the receiver gets duplicates, ownership stays here.
     *
     * @param socket a Unix socket
     * @param descriptors 1 to {@link #MOST_IN_ONE_MESSAGE} of them
     * @param deadline how long to wait for room
     * @throws IOException when the peer is gone, the deadline passed or the call failed
     * @throws InterruptedException when interrupted while waiting
     */
    public static void send(Transport socket, List<Fd> descriptors, Deadline deadline)
            throws IOException, InterruptedException {
        if (descriptors.isEmpty() || descriptors.size() > MOST_IN_ONE_MESSAGE) {
            throw new IllegalArgumentException("descriptors in one message: " + descriptors.size() + " (expected: 1 to "
                    + MOST_IN_ONE_MESSAGE + ")");
        }
        List<Fd> used = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            Message message = Message.allocate(arena, descriptors.size());
            message.payload().set(ValueLayout.JAVA_BYTE, 0, (byte) descriptors.size());
            message.control().set(ValueLayout.JAVA_LONG, 0, CMSGHDR_SIZE + 4L * descriptors.size());
            message.control().set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
            message.control().set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
            long offset = CMSGHDR_SIZE;
            for (Fd descriptor : descriptors) {
                descriptor.begin();
                used.add(descriptor);
                message.control().set(ValueLayout.JAVA_INT, offset, descriptor.number());
                offset += 4;
            }
            transfer(socket, message, Waiter.POLLOUT, deadline);
        } finally {
            used.forEach(Fd::end);
        }
    }

    private static long transfer(Transport socket, Message message, int direction, Deadline deadline)
            throws IOException, InterruptedException {
        Fd fd = socket.fd();
        while (true) {
            fd.begin();
            long result;
            try {
                long header = message.header().address();
                result = direction == Waiter.POLLIN
                        ? Libc.recvmsg(fd.number(), header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)
                        : Libc.sendmsg(fd.number(), header, MSG_DONTWAIT | MSG_NOSIGNAL);
            } finally {
                fd.end();
            }
            if (result >= 0) {
                return result;
            }
            if (!Errno.EAGAIN.is(result) && !Errno.EINTR.is(result)) {
                throw Errno.exception(direction == Waiter.POLLIN ? "recvmsg" : "sendmsg", result, fd.toString());
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!Waiter.await(fd, direction, deadline, true)) {
                throw new IOException("timed out while passing descriptors over " + fd);
            }
        }
    }

    /**
     * Tells a sender that its batch has arrived, as {@code recvfds} does from CPython 3.14 on. A sender of 3.13 or
     * older does not wait for it and may have gone already, which is not an error.
     *
     * @param socket the socket the batch came over
     */
    public static void acknowledge(Transport socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(1);
            answer.set(ValueLayout.JAVA_BYTE, 0, ACKNOWLEDGEMENT);
            Fd fd = socket.fd();
            fd.begin();
            try {
                Libc.send(fd.number(), answer.address(), 1, MSG_DONTWAIT | MSG_NOSIGNAL);
            } finally {
                fd.end();
            }
        } catch (ClosedChannelException closedHere) {
            // like a sender that has gone: nobody is left to tell
        }
    }

    /**
     * Waits until the receiver of a batch has it: it sends {@code A} (CPython 3.14 and newer) or closes the socket
     * (3.13 and older). Closing before that loses the batch for a 3.14 receiver.
     *
     * @param socket the socket the batch went over
     * @param deadline how long to wait
     * @return whether the receiver answered; false when it closed the socket
     * @throws IOException when it answered something else or the deadline passed
     * @throws InterruptedException when interrupted while waiting
     */
    public static boolean awaitAcknowledgement(Transport socket, Deadline deadline)
            throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(1);
            long length = socket.read(answer.address(), 1, deadline, Transport.Waiting.INTERRUPTIBLE);
            if (length < 0) {
                throw new IOException("the receiver of the descriptors did not acknowledge them in time");
            }
            if (length == 1 && answer.get(ValueLayout.JAVA_BYTE, 0) != ACKNOWLEDGEMENT) {
                throw new ProtocolException("acknowledgement of descriptors: byte "
                        + answer.get(ValueLayout.JAVA_BYTE, 0) + " (expected: " + ACKNOWLEDGEMENT + ", 'A')");
            }
            return length == 1;
        }
    }
}
