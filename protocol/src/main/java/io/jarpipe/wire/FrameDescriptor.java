package io.jarpipe.wire;

/**
 * Describes a frame of {@code multiprocessing.connection.Connection} on POSIX systems.
 *
 * <p>Up to 2,147,483,647 bytes of body:
 *
 * <pre>
 *   0               4
 *  +---------------+----------------- - - -
 *  |  length n     |  body, n bytes
 *  +---------------+----------------- - - -
 * </pre>
 *
 * <p>Beyond:
 *
 * <pre>
 *   0               4                               12
 *  +---------------+-------------------------------+---------- - - -
 *  |  -1           |  length n                     |  body, n bytes
 *  +---------------+-------------------------------+---------- - - -
 * </pre>
 *
 * <p>All numbers are big-endian. The first is signed, 32 bit; the second is unsigned, 64 bit. A body may be empty. The
 * second form is valid for any length, though CPython writes it only where the first does not suffice. Source: CPython
 * 3.8 - 3.15, {@code Lib/multiprocessing/connection.py}, {@code Connection._send_bytes} and {@code _recv_bytes}.
 */
public final class FrameDescriptor {
    /** Size of the first length field, in bytes. */
    public static final int HEADER_SIZE = 4;

    /** Value of the first length field that announces the second. */
    public static final int EXTENDED_ESCAPE = -1;

    /** Size of the second length field, in bytes. */
    public static final int EXTENDED_SIZE = 8;

    /** Longest body whose length the first field can hold, in bytes. */
    public static final long MAX_SHORT_LENGTH = Integer.MAX_VALUE;

    /**
     * Longest body that CPython writes together with its header, in bytes. One write keeps a small message in one
     * packet and, up to PIPE_BUF, atomic.
     */
    public static final int MAX_JOINED_LENGTH = 16384;

    /** Longest frame that fits into a Java array, in bytes. */
    public static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

    private FrameDescriptor() {}
}
