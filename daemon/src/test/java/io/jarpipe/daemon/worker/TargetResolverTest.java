package io.jarpipe.daemon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.Worker;
import io.jarpipe.WorkerExit;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loads its sample workers as the daemon does: through a class loader of their own. */
final class TargetResolverTest {
    /** What the samples report back: a class of the JDK, which both loaders share. */
    private static final String SEEN = "jarpipe.test.seen";

    /** Static methods of all kinds. */
    public static final class Sample {
        private Sample() {}

        /** The default method. */
        public static void run(int number, List<String> words) {
            System.setProperty(SEEN, number + " " + words);
        }

        static void overloaded(int number) {
            System.setProperty(SEEN, "int " + number);
        }

        static void overloaded(String text) {
            System.setProperty(SEEN, "String " + text);
        }

        static void exits(boolean bySystem) {
            int[] partial = {1, 2};
            for (Object value : List.of("a", partial)) {
                if (bySystem) {
                    System.exit(259);
                }
                Runtime.getRuntime().halt(value.equals(partial) ? 5 : 4);
            }
        }

        static void fails() {
            throw new IllegalStateException("on purpose");
        }

        void instance() {}
    }

    /** A worker by interface. */
    public static final class Implementation implements Worker {
        @Override
        public void run(List<Object> args, Map<String, Object> kwargs) {
            System.setProperty(SEEN, args + " " + kwargs);
        }
    }

    private static final String SAMPLE = Sample.class.getName();

    private WorkerClassLoader loader;

    @BeforeEach
    void open() throws Exception {
        loader = WorkerClassLoader.open("test", List.of(testClasses()));
    }

    private static Path testClasses() throws URISyntaxException {
        return Path.of(TargetResolverTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    @AfterEach
    void close() {
        loader.closeQuietly();
        System.clearProperty(SEEN);
    }

    private String run(String target, Map<String, Object> kwargs, Object... args) throws Throwable {
        new TargetResolver(loader, target, Arrays.asList(args), kwargs)
                .resolve()
                .run();
        return System.getProperty(SEEN);
    }

    private void assertRefused(String target, String message, Object... args) {
        assertThatThrownBy(() -> run(target, Map.of(), args))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(message);
    }

    @Test
    void runs_the_default_method_a_named_one_and_the_interface() throws Throwable {
        assertThat(run(SAMPLE, Map.of(), 7L, List.of("a"))).isEqualTo("7 [a]");
        assertThat(run(SAMPLE + "::overloaded", Map.of(), 7L)).isEqualTo("int 7");
        assertThat(run(SAMPLE + "::overloaded", Map.of(), "x")).isEqualTo("String x");
        assertThat(run(Implementation.class.getName(), Map.of("k", 1L), "a")).isEqualTo("[a] {k=1}");
    }

    @Test
    void gives_keyword_arguments_to_the_parameters_of_their_names() throws Throwable {
        assertThat(run(SAMPLE, Map.of("words", List.of("b")), 1L)).isEqualTo("1 [b]");
        assertThatThrownBy(() -> run(SAMPLE, Map.of("wrods", List.of()), 1L))
                .hasMessageContaining("unexpected keyword argument 'wrods'");
        assertThatThrownBy(() -> run(SAMPLE, Map.of("number", 1L), 1L))
                .hasMessageContaining("unexpected keyword argument 'number'");
    }

    @Test
    void throws_what_the_worker_throws() {
        assertThatThrownBy(() -> run(SAMPLE + "::fails", Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("on purpose");
    }

    @Test
    void an_exit_ends_the_worker_and_not_the_daemon() {
        assertThatThrownBy(() -> run(SAMPLE + "::exits", Map.of(), true))
                .isInstanceOfSatisfying(
                        WorkerExit.class, exit -> assertThat(exit.code()).isEqualTo(3));
        assertThatThrownBy(() -> run(SAMPLE + "::exits", Map.of(), false))
                .isInstanceOfSatisfying(
                        WorkerExit.class, exit -> assertThat(exit.code()).isEqualTo(4));
    }

    @Test
    void says_what_is_wrong_with_a_target() {
        assertRefused("no.such.Type", "class no.such.Type was not found in the worker code");
        assertRefused(SAMPLE + "::missing", "has no method missing; its static methods: ");
        assertRefused(SAMPLE + "::instance", "is not static");
        assertRefused(SAMPLE, "takes 2 arguments, got 1", 1L);
        assertRefused(SAMPLE, "argument 1 ('number'): Python str cannot be a Java int", "1", List.of());
        assertRefused(SAMPLE, "argument 2 ('words')[0]: Python int cannot be a Java java.lang.String", 1L, List.of(2L));
        assertRefused(SAMPLE + "::overloaded", "Python float cannot be a Java int", 1.5);
    }

    @Test
    void hides_the_daemon_from_workers() {
        assertRefused("io.jarpipe.daemon.Daemon::start", "was not found");
        assertThatThrownBy(() -> loader.loadClass("io.netty.channel.Channel"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void gives_each_process_its_own_static_state() throws Exception {
        try (WorkerClassLoader other = WorkerClassLoader.open("other", List.of(testClasses()))) {
            assertThat(other.loadClass(SAMPLE)).isNotSameAs(loader.loadClass(SAMPLE));
            assertThat(other.loadClass(Worker.class.getName())).isSameAs(Worker.class);
        }
    }
}
