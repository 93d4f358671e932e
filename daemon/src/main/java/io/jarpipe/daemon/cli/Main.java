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
public final class Main {
    private Main() {}

    /**
     * Runs the command line and ends the JVM with its exit code: 0 done, 1 failed, 2 wrong usage.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        // Before anything asks for a logger: the usual manager closes the log while the daemon still drains.
        System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new Main());
        SettingFlags.addTo(
                Objects.requireNonNull(commands.getSubcommands().get("serve")).getCommandSpec());
        return commands.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    command.getErr().println("jarpipe: " + exception.getMessage());
                    if (System.getenv("JARPIPE_DEBUG") != null) {
                        exception.printStackTrace(command.getErr());
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }
}
