package io.jarpipe.daemon.worker;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Prints an uncaught exception as {@code multiprocessing} prints its own: the process's name, then the stack trace. */
final class JavaTraceback {
    private static final String DAEMON = "io.jarpipe.daemon.";
    private static final String REFLECTION = "jdk.internal.reflect.";
    private static final String INVOKE = "java.lang.reflect.";

    private JavaTraceback() {}

    /** Returns the text; the frames below the worker's own code are left out. */
    static String of(String processName, Throwable thrown) {
        return "Process " + processName + ":\n" + of(thrown);
    }

    /** Returns the stack trace alone; the frames below the worker's own code are left out. */
    static String of(Throwable thrown) {
        trim(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    private static void trim(@Nullable Throwable thrown, Set<Throwable> done) {
        if (thrown == null || !done.add(thrown)) {
            return;
        }
        StackTraceElement[] frames = thrown.getStackTrace();
        int end = frames.length;
        for (int i = 0; i < frames.length; i++) {
            if (frames[i].getClassName().startsWith(DAEMON)) {
                end = i;
                break;
            }
        }
        while (end > 0 && isReflection(frames[end - 1].getClassName())) {
            end--;
        }
        if (end > 0) {
            thrown.setStackTrace(Arrays.copyOf(frames, end));
        }
        trim(thrown.getCause(), done);
        for (Throwable suppressed : thrown.getSuppressed()) {
            trim(suppressed, done);
        }
    }

    private static boolean isReflection(String className) {
        return className.startsWith(REFLECTION) || className.startsWith(INVOKE);
    }
}
