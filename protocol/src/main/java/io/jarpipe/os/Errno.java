package io.jarpipe.os;

import io.jarpipe.PosixException;
import org.jspecify.annotations.Nullable;

/** Names the Linux error numbers that the calls of this package can return (asm-generic values: x86-64 and aarch64). */
enum Errno {
    EPERM(1, "Operation not permitted"),
    ENOENT(2, "No such file or directory"),
    EINTR(4, "Interrupted system call"),
    EIO(5, "Input/output error"),
    ENXIO(6, "No such device or address"),
    EBADF(9, "Bad file descriptor"),
    EAGAIN(11, "Resource temporarily unavailable"),
    ENOMEM(12, "Cannot allocate memory"),
    EACCES(13, "Permission denied"),
    EFAULT(14, "Bad address"),
    EEXIST(17, "File exists"),
    EINVAL(22, "Invalid argument"),
    ENFILE(23, "Too many open files in system"),
    EMFILE(24, "Too many open files"),
    ENOSPC(28, "No space left on device"),
    EPIPE(32, "Broken pipe"),
    ENAMETOOLONG(36, "File name too long"),
    EPROTO(71, "Protocol error"),
    EOVERFLOW(75, "Value too large for defined data type"),
    ENOTSOCK(88, "Socket operation on non-socket"),
    EADDRINUSE(98, "Address already in use"),
    EADDRNOTAVAIL(99, "Cannot assign requested address"),
    ENETUNREACH(101, "Network is unreachable"),
    ECONNABORTED(103, "Software caused connection abort"),
    ECONNRESET(104, "Connection reset by peer"),
    ENOBUFS(105, "No buffer space available"),
    ENOTCONN(107, "Transport endpoint is not connected"),
    ETOOMANYREFS(109, "Too many references: cannot splice"),
    ETIMEDOUT(110, "Connection timed out"),
    ECONNREFUSED(111, "Connection refused"),
    EHOSTUNREACH(113, "No route to host"),
    EINPROGRESS(115, "Operation now in progress");

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Tells whether a {@link Libc} result, negative on failure, is this error. */
    boolean is(long result) {
        return result == -number;
    }

    /** Turns a negative {@link Libc} result into the exception that names call and subject. */
    static PosixException exception(String call, long result, @Nullable String subject) {
        int number = (int) -result;
        for (Errno errno : values()) {
            if (errno.number == number) {
                return new PosixException(call, number, errno.name(), errno.text, subject);
            }
        }
        return new PosixException(call, number, "errno " + number, "system error", subject);
    }

    /** Returns the exception for an error that was found here rather than by a call. */
    static PosixException exception(String call, Errno errno, @Nullable String subject) {
        return exception(call, -errno.number, subject);
    }

    /** Returns a non-negative {@link Libc} result, or throws what a negative one means. */
    static long check(String call, long result, @Nullable String subject) throws PosixException {
        if (result < 0) {
            throw exception(call, result, subject);
        }
        return result;
    }
}
