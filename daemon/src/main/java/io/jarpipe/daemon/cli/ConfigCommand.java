package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.config.Configuration;
import io.jarpipe.daemon.config.ConfigurationException;
import io.jarpipe.daemon.config.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code jarpipe config}: looks at a configuration without starting anything. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "Looks at the configuration of 'jarpipe serve'.",
        subcommands = {ConfigCommand.Check.class})
final class ConfigCommand {
    /** {@code jarpipe config check}. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            versionProvider = VersionProvider.class,
            description = {
                "Reads the file and the environment as 'jarpipe serve' does, and lists where each setting comes from and"
                        + " what it is; or, with exit code 1, all mistakes: file, line, key, value, and what is expected.",
                "Files are looked for, keys are not shown, nothing is started or changed."
            })
    static final class Check implements Callable<Integer> {
        @Parameters(
                arity = "0..1",
                paramLabel = "FILE",
                description = "The file. Default: the one that JARPIPE_CONFIG names, or none.")
        private @Nullable Path file;

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            String named = System.getenv(Configuration.FILE_VARIABLE);
            Path chosen = file != null || named == null || named.isEmpty() ? file : Path.of(named);
            PrintWriter out = spec.commandLine().getOut();
            try {
                Configuration configuration =
                        Configuration.load(Map.of(), System.getenv(), Optional.ofNullable(chosen));
                configuration.lines(computed(configuration)).forEach(out::println);
                out.flush();
                return CommandLine.ExitCode.OK;
            } catch (ConfigurationException e) {
                PrintWriter err = spec.commandLine().getErr();
                e.problems().forEach(err::println);
                err.flush();
                return CommandLine.ExitCode.SOFTWARE;
            }
        }

        private static Map<Setting, String> computed(Configuration configuration) {
            String address = configuration.text(Setting.ADDRESS).orElseGet(DefaultAddress::path);
            String keyFile = configuration.text(Setting.AUTHKEY_FILE).orElse(address + ".key");
            return Map.of(
                    Setting.ADDRESS, address, Setting.AUTHKEY_FILE, keyFile, Setting.SERVICE_AUTHKEY_FILE, keyFile);
        }
    }
}
