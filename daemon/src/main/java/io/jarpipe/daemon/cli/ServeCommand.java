package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.config.Configuration;
import io.jarpipe.daemon.config.ConfigurationException;
import io.jarpipe.daemon.config.LogFormat;
import io.jarpipe.daemon.config.LogLevel;
import io.jarpipe.daemon.config.Setting;
import io.jarpipe.daemon.worker.StandardStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code jarpipe serve}: the daemon. Its other flags are those of {@link Setting}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        description = {
            "Starts the daemon, which runs Java workers for the Python programs that connect to it.",
            "Each setting may stand in a file, as 'max-message = 1G', in the environment, as JARPIPE_MAX_MESSAGE=1G, or"
                    + " here; what stands here counts most, and the file least. 'jarpipe config check' shows the result."
        })
final class ServeCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "${env:" + Configuration.FILE_VARIABLE + "}",
            description = "File with settings, a key and its value on each line. SIGHUP reads it again."
                    + " Default: JARPIPE_CONFIG, or no file.")
    private @Nullable Path config;

    @Option(
            names = "--private",
            description = "Serve the process that holds the other end of stdin, and end with it. Used by the Python"
                    + " package: the key comes on stdin, the address goes to stdout.")
    private boolean isPrivate;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<Setting, List<String>> flags = SettingFlags.read(spec.commandLine().getParseResult());
        try {
            if (isPrivate) {
                return new PrivateDaemon(flags).run();
            }
            SharedDaemon.Reader reader = () -> Configuration.load(flags, System.getenv(), file());
            Configuration configuration = reader.read();
            StandardStreams.install(Logging.install(
                    configuration.choice(Setting.LOG_LEVEL, LogLevel.class),
                    configuration.choice(Setting.LOG_FORMAT, LogFormat.class)));
            SharedDaemon.run(configuration, reader);
            return 0;
        } catch (ConfigurationException e) {
            if (e.isMisuse()) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }

    private Optional<Path> file() {
        return Optional.ofNullable(config).filter(path -> !path.toString().isEmpty());
    }
}
