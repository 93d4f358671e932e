package io.jarpipe.interop;

import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * How a Python test ended.
 *
 * @param status passed, failed or skipped
 * @param details the traceback and the output of a failed test, the reason of a skipped one
 */
public record Outcome(Status status, String details) {
    public enum Status {
        PASSED,
        FAILED,
        SKIPPED
    }

    static Outcome failed(String details) {
        return new Outcome(Status.FAILED, details);
    }

    /**
     * Ends a JUnit test in the same way; the stack trace that matters is Python's, in the message.
     *
     * @param name stands before the details of a failure
     */
    public void replay(String name) {
        switch (status) {
            case PASSED -> {}
            case SKIPPED -> throw new TestAbortedException(details);
            case FAILED -> {
                AssertionFailedError error = new AssertionFailedError(name + "\n" + details);
                error.setStackTrace(new StackTraceElement[0]);
                throw error;
            }
        }
    }
}
