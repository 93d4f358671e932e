package io.jarpipe;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reports that a system call failed: which call, with which {@code errno}, on what.
 *
 * <p>It is what CPython raises as {@code OSError}; {@link #errnoName()} is the symbolic name ({@code "ENOENT"}), as in
 * Python's {@code errno} module.
 */
public final class PosixException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;
    private final String errnoName;
    private final @Nullable String subject;

    /**
     * Creates the exception.
     *
     * @param call the C function that failed, without arguments: {@code "sem_open"}
     * @param errno the error number, positive
     * @param errnoName its symbolic name: {@code "ENOENT"}
     * @param text what the number means: {@code "No such file or directory"}
     * @param subject what the call was made on, or null: {@code "/mp-a1b2c3d4"}
     */
    public PosixException(String call, int errno, String errnoName, String text, @Nullable String subject) {
        super(call + (subject == null ? "" : "(" + subject + ")") + ": " + text + " [" + errnoName + "]");
        this.call = call;
        this.errno = errno;
        this.errnoName = errnoName;
        this.subject = subject;
    }

    /**
     * Returns the C function that failed.
     *
     * @return its name, without arguments
     */
    public String call() {
        return call;
    }

    /**
     * Returns the error number.
     *
     * @return a positive {@code errno}
     */
    public int errno() {
        return errno;
    }

    /**
     * Returns the symbolic name of the error number.
     *
     * @return for example {@code "EACCES"}
     */
    public String errnoName() {
        return errnoName;
    }

    /**
     * Returns what the call was made on.
     *
     * @return a path, a semaphore's name, a descriptor; null when nothing names it
     */
    public @Nullable String subject() {
        return subject;
    }
}
