package io.jarpipe.daemon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JavaTracebackTest {
    private static StackTraceElement frame(String className) {
        return new StackTraceElement(className, "method", className + ".java", 1);
    }

    @Test
    void is_headed_by_the_process_and_ends_with_the_workers_own_code() {
        Exception cause = new Exception("inner");
        cause.setStackTrace(new StackTraceElement[] {frame("org.example.Deep")});
        RuntimeException thrown = new IllegalStateException("outer", cause);
        thrown.setStackTrace(new StackTraceElement[] {
            frame("org.example.Job"),
            frame("jdk.internal.reflect.DirectMethodHandleAccessor"),
            frame("java.lang.reflect.Method"),
            frame("io.jarpipe.daemon.worker.ArgumentBinding"),
            frame("java.lang.Thread"),
        });
        assertThat(JavaTraceback.of("Process-1", thrown).lines())
                .containsExactly(
                        "Process Process-1:",
                        "java.lang.IllegalStateException: outer",
                        "\tat org.example.Job.method(org.example.Job.java:1)",
                        "Caused by: java.lang.Exception: inner",
                        "\tat org.example.Deep.method(org.example.Deep.java:1)");
    }

    @Test
    void keeps_the_trace_of_what_was_thrown_inside_the_daemon() {
        Exception thrown = new Exception("ours");
        thrown.setStackTrace(new StackTraceElement[] {frame("io.jarpipe.daemon.worker.JavaProcess")});
        assertThat(JavaTraceback.of("p", thrown)).contains("JavaProcess.method");
    }

    @Test
    void survives_exceptions_that_cause_each_other() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(JavaTraceback.of("p", one)).contains("CIRCULAR REFERENCE");
    }
}
