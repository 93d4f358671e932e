package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.control.ControlClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jarpipe health}: whether a daemon lives, for a container's HEALTHCHECK. */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description =
                "Asks a daemon whether it lives, says the answer in one line, and ends with 0 if it does, else 1.")
final class HealthCommand implements Callable<Integer> {
    private static final int OK = 200;

    @Option(
            names = "--http",
            paramLabel = "ADDRESS",
            defaultValue = "${env:JARPIPE_HTTP}",
            description = "Where 'jarpipe serve --http' answers: host:port, a path, or @name. Default: JARPIPE_HTTP;"
                    + " without it the daemon is asked through its own socket, as a client.")
    private @Nullable String http;

    @Option(names = "--ready", description = "Ask whether it takes new work, which it does not while it drains.")
    private boolean ready;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long the HTTP answer may take. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ClientOptions client;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (http == null || http.isEmpty()) {
            try (ControlClient daemon = client.connect()) {
                daemon.call("version");
            }
            out.println(client.address() + ": alive");
            return CommandLine.ExitCode.OK;
        }
        MpAddress address = MpAddress.of(http);
        HttpGet.Answer answer =
                HttpGet.ask(address, ready ? "/readyz" : "/healthz", Duration.ofSeconds(timeoutSeconds));
        out.println(address + ": " + answer.text());
        return answer.status() == OK ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
