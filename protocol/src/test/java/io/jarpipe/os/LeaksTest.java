package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.testing.NoLeaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Endpoints that nobody closes, in a program of their own: here they would let the tests fail. */
final class LeaksTest {
    private record Outcome(String output, String errors) {
        List<String> reports() {
            return Pattern.compile("^.*was never closed.*$", Pattern.MULTILINE)
                    .matcher(errors)
                    .results()
                    .map(MatchResult::group)
                    .toList();
        }
    }

    private static Outcome run(String... options) throws IOException {
        String semaphores = "/jarpipe-leaks-" + ProcessHandle.current().pid();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"));
        builder.command().addAll(List.of(options));
        builder.command().addAll(List.of(LeakingProgram.class.getName(), semaphores));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(output, new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    @Test
    void detection_reports_each_endpoint_once_with_its_place_of_allocation() throws Exception {
        Outcome outcome = run("-Djarpipe.leakDetection=on");
        assertThat(outcome.output()).isEqualTo("7 lost\n");
        assertThat(outcome.reports()).hasSize(7);
        assertThat(outcome.reports())
                .filteredOn(line -> line.contains("descriptor "))
                .hasSize(2);
        assertThat(outcome.reports())
                .filteredOn(line -> line.contains("(pipe:["))
                .hasSize(2);
        assertThat(outcome.reports())
                .filteredOn(line -> line.contains("Connection[fd "))
                .hasSize(3);
        assertThat(outcome.reports())
                .filteredOn(line -> line.contains("Queue[fd "))
                .hasSize(1);
        assertThat(outcome.reports())
                .filteredOn(line -> line.contains("-alone"))
                .hasSize(1);
        for (String method : List.of("forgetDescriptors", "forgetConnections", "forgetQueue", "forgetSemaphore")) {
            assertThat(outcome.errors()).contains("at io.jarpipe.os.LeakingProgram." + method);
        }
    }

    @Test
    void without_detection_lost_endpoints_are_closed_and_counted_in_silence() throws Exception {
        Outcome outcome = run();
        assertThat(outcome).isEqualTo(new Outcome("7 lost\n", ""));
    }

    @Test
    void a_number_that_has_an_owner_gets_no_second_one() throws Exception {
        assertThat(Leaks.detects()).as("tests run with detection").isTrue();
        List<Fd> pipe = Sockets.pipe();
        assertThatThrownBy(() -> Fd.own(pipe.getFirst().number()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has an owner already")
                .cause()
                .hasStackTraceContaining("a_number_that_has_an_owner_gets_no_second_one");
        pipe.forEach(Fd::close);
    }

    @Test
    void a_number_that_somebody_else_has_closed_is_an_error() throws Exception {
        List<Fd> pipe = Sockets.pipe();
        Libc.close(pipe.getFirst().number());
        assertThatThrownBy(pipe.getFirst()::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was closed by somebody who does not own it");
        pipe.getLast().close();
    }

    @Test
    void an_endpoint_in_use_is_not_lost() throws Exception {
        long before = Leaks.count();
        List<Fd> pipe = Sockets.pipe();
        Transport reader = Transport.adopt(pipe.get(0), true, false);
        try (Transport writer = Transport.adopt(pipe.get(1), false, true)) {
            Thread reading = Thread.ofPlatform().daemon().start(readingFrom(reader));
            Await.until("the thread waits", () -> reading.getState() == Thread.State.RUNNABLE);
            NoLeaks.collect();
            assertThat(Leaks.count()).isEqualTo(before);
            Pipes.write(writer, "x");
            reading.join();
        }
        reader.close();
    }

    private static Runnable readingFrom(Transport reader) {
        return () -> {
            try {
                Pipes.read(reader);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        };
    }
}
