package io.jarpipe.os;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** A stream socket, whose flags stay as they are: every call says itself that it must not block. */
final class SocketTransport extends Transport {
    private static final int MSG_PEEK = 0x2;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    SocketTransport(Fd socket) {
        super(socket);
    }

    static boolean isSocket(Fd fd) throws IOException {
        fd.begin();
        try {
            return !Errno.ENOTSOCK.is(Libc.recv(fd.number(), 0, 0, MSG_DONTWAIT | MSG_PEEK));
        } finally {
            fd.end();
        }
    }

    @Override
    public Fd duplicateForOthers() throws IOException {
        return fd().duplicate();
    }

    @Override
    boolean knowsItsRoom() {
        return false;
    }

    @Override
    void grow() {
        // A socket's buffers are the kernel's own business.
    }

    @Override
    void closed() {
        // Nothing was grown.
    }

    @Override
    long tryRead(int number, long address, long length) {
        return Libc.recv(number, address, length, MSG_DONTWAIT);
    }

    @Override
    long tryRead(int number, MemorySegment target) {
        return Libc.Segments.recv(number, target, MSG_DONTWAIT);
    }

    @Override
    long tryWrite(int number, MemorySegment source) {
        return Libc.Segments.send(number, source, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    @Override
    long tryWrite(int number, long address, long length) {
        return Libc.send(number, address, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}
