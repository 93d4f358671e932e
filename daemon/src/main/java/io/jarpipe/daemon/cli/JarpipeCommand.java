package io.jarpipe.daemon.cli;

import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code jarpipe}. */
@Command(
        name = "jarpipe",
        description = "Runs Java workers as processes of Python programs, over the standard library's multiprocessing.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        subcommands = {
            ServeCommand.class,
            PsCommand.class,
            HealthCommand.class,
            ConfigCommand.class,
            DumpCommand.class,
            BenchCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "Python programs find a daemon by JARPIPE_ADDRESS and JARPIPE_AUTHKEY_FILE;",
            "without them they start a private one of their own."
        })
final class JarpipeCommand {
    private JarpipeCommand() {}

    /** Runs a command line and returns its exit code. */
    static int run(String[] args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new JarpipeCommand());
        SettingFlags.addTo(
                Objects.requireNonNull(commands.getSubcommands().get("serve")).getCommandSpec());
        return commands.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    Main.report(exception, command.getErr());
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }
}
