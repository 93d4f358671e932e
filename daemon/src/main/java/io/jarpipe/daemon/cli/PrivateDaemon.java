package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.config.Configuration;
import io.jarpipe.daemon.config.LogFormat;
import io.jarpipe.daemon.config.LogLevel;
import io.jarpipe.daemon.config.Setting;
import io.jarpipe.daemon.worker.StandardStreams;
import io.jarpipe.os.ThisProcess;
import io.jarpipe.pickle.JarpipeCodec;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A daemon for the one process that has launched it: the key comes on stdin, the address goes to stdout, and the end of
 * stdin is its end.
 */
final class PrivateDaemon {
    /** How long workers may take to release locks and finish messages when the parent is gone. */
    private static final Duration MOMENT = Duration.ofMillis(500);

    private static final List<String> COMMAND = List.of("serve", "--private");

    private final Map<Setting, List<String>> flags;

    PrivateDaemon(Map<Setting, List<String>> flags) {
        this.flags = flags;
    }

    /**
     * Recognizes the command line of the Python package, which has no flags but those for the workers' code. Every
     * other one takes picocli, whose model of all commands takes half the time of the start.
     */
    static Optional<PrivateDaemon> launchedWith(String[] args) {
        if (args.length % 2 != 0
                || !List.of(args).subList(0, Math.min(2, args.length)).equals(COMMAND)) {
            return Optional.empty();
        }
        List<String> code = new ArrayList<>();
        for (int i = COMMAND.size(); i < args.length; i += 2) {
            if (!args[i].equals(Setting.WORKERS.flag())) {
                return Optional.empty();
            }
            code.add(args[i + 1]);
        }
        return Optional.of(new PrivateDaemon(code.isEmpty() ? Map.of() : Map.of(Setting.WORKERS, code)));
    }

    /** Serves until the launcher has gone. */
    int run() throws IOException, InterruptedException {
        ThisProcess.beginLinking();
        Configuration configuration = Configuration.loadPrivate(flags, System.getenv());
        installLog(configuration);
        PrivateParent parent = PrivateParent.attach();
        byte[] key = parent.receiveKey();
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String name = "@jarpipe-" + ThisProcess.id() + "-" + HexFormat.of().formatHex(random);
        Daemon.Settings settings =
                DaemonSettings.of(configuration, MpAddress.of(name), key, new AllowedUsers(configuration));
        Daemon daemon = Daemon.startPrivate(settings);
        // Ctrl-C in a terminal reaches this process too, as it reaches multiprocessing's own children.
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::interrupt, "interrupt"));
        parent.announce(name, new JarpipeCodec());
        parent.awaitEnd();
        daemon.terminate(MOMENT);
        if (daemon.workers().started() == 0) {
            // What the JVM writes down at its end, to start faster next time, would not know what a worker needs.
            ThisProcess.endAtOnce(0);
        }
        // Nobody is left to wait for, and a worker that ignores its interrupt must not keep this process alive.
        Runtime.getRuntime().halt(0);
        return 0;
    }

    /** It shares the stderr of its launcher, and says only what is wrong. */
    private static void installLog(Configuration configuration) {
        LogLevel level = configuration.isDefault(Setting.LOG_LEVEL)
                ? LogLevel.WARNING
                : configuration.choice(Setting.LOG_LEVEL, LogLevel.class);
        StandardStreams.install(Logging.install(level, configuration.choice(Setting.LOG_FORMAT, LogFormat.class)));
    }
}
