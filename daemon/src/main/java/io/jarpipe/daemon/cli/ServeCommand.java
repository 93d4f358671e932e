package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.frontdoor.FrontDoor;
import io.jarpipe.daemon.frontdoor.HttpDoor;
import io.jarpipe.daemon.monitor.Monitor;
import io.jarpipe.daemon.service.Services;
import io.jarpipe.daemon.worker.StandardStreams;
import io.jarpipe.pickle.JarpipeCodec;
import io.jarpipe.pickle.PickleCodecs;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jarpipe serve}: the daemon. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        description = "Starts the daemon, which runs Java workers for the Python programs that connect to it.")
final class ServeCommand implements Callable<Integer> {
    /** How long workers may take to release locks and finish messages when the parent is gone. */
    private static final Duration MOMENT = Duration.ofMillis(500);

    @Option(
            names = "--address",
            paramLabel = "PATH|@NAME",
            defaultValue = "${env:JARPIPE_ADDRESS}",
            description = "Unix socket to listen at; @NAME is an abstract one."
                    + " Default: JARPIPE_ADDRESS, or jarpipe.sock in XDG_RUNTIME_DIR or else in a folder of your own in"
                    + " the temporary directory.")
    private @Nullable String address;

    @Option(
            names = "--authkey-file",
            paramLabel = "FILE",
            defaultValue = "${env:JARPIPE_AUTHKEY_FILE}",
            description = "File with the key that clients must know; made with a random key if it is missing."
                    + " Default: JARPIPE_AUTHKEY_FILE, or the address with .key appended.")
    private @Nullable Path authkeyFile;

    @Option(
            names = "--workers",
            paramLabel = "DIR|JAR",
            description = "Where the workers' classes are: a jar, or a folder of classes and jars. May be repeated.")
    private List<Path> workers = new ArrayList<>();

    @Option(
            names = "--allow-uid",
            paramLabel = "UID",
            description = "Another user who may connect, by number; may be repeated. Your own and root always may.")
    private Set<Integer> allowedUids = new HashSet<>();

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ServiceOptions services;

    @Option(
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "${env:JARPIPE_MAX_MESSAGE:-256M}",
            converter = SizeConverter.class,
            description =
                    "Longest message a worker or service accepts, in bytes or with K, M or G. Default: ${DEFAULT-VALUE}.")
    private int maxMessage;

    @Option(
            names = "--codec",
            paramLabel = "NAME",
            defaultValue = "jarpipe",
            description = "What reads and writes the pickles of workers: ${COMPLETION-CANDIDATES}."
                    + " Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private PickleCodecs codec;

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long workers and services may take to finish after SIGTERM. Default: ${DEFAULT-VALUE}.")
    private int graceSeconds;

    @Option(
            names = "--handshake-timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long a client may take to authenticate. Default: ${DEFAULT-VALUE}.")
    private int handshakeSeconds;

    @Option(
            names = "--http",
            paramLabel = "ADDRESS",
            defaultValue = "${env:JARPIPE_HTTP}",
            description = "Answer HTTP requests for /healthz, /readyz and /metrics at a loopback port (127.0.0.1:9464),"
                    + " a path or @name. Default: JARPIPE_HTTP, or no HTTP at all.")
    private @Nullable String http;

    @Option(
            names = "--http-anywhere",
            description = "Let --http be a port that other machines can reach: the pages ask for no key.")
    private boolean httpAnywhere;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "${env:JARPIPE_LOG_LEVEL}",
            description = "error, warning, info or debug. Default: info; warning with --private.")
    private Logging.@Nullable Verbosity verbosity;

    @Option(
            names = "--private",
            description = "Serve the process that holds the other end of stdin, and end with it. Used by the Python"
                    + " package: the key comes on stdin, the address goes to stdout.")
    private boolean isPrivate;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Logging.Verbosity usual = isPrivate ? Logging.Verbosity.WARNING : Logging.Verbosity.INFO;
        PrintStream stderr = Logging.install(verbosity == null ? usual : verbosity);
        StandardStreams.install(stderr);
        for (Path path : workers) {
            if (Files.notExists(path)) {
                throw new IOException("--workers " + path + " does not exist");
            }
        }
        if (isPrivate && services.isAsked()) {
            throw new IOException("--service is for a shared daemon: leave out --private");
        }
        return isPrivate ? servePrivately() : serve();
    }

    private int servePrivately() throws IOException, InterruptedException {
        PrivateParent parent = PrivateParent.attach();
        byte[] key = parent.receiveKey();
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String name = "@jarpipe-" + ProcessHandle.current().pid() + "-"
                + HexFormat.of().formatHex(random);
        Daemon daemon = start(name, key);
        // Ctrl-C in a terminal reaches this process too, as it reaches multiprocessing's own children.
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::interrupt, "interrupt"));
        parent.announce(name, new JarpipeCodec());
        parent.awaitEnd();
        daemon.terminate(MOMENT);
        // Nobody is left to wait for, and a worker that ignores its interrupt must not keep this process alive.
        Runtime.getRuntime().halt(0);
        return 0;
    }

    private int serve() throws IOException, InterruptedException {
        System.Logger log = System.getLogger(ServeCommand.class.getName());
        String where = address == null || address.isEmpty() ? DefaultAddress.get() : address;
        Path keyFile = authkeyFile != null ? authkeyFile : Path.of(where + ".key");
        if (authkeyFile == null && where.startsWith("@")) {
            throw new IOException("an abstract address needs --authkey-file or JARPIPE_AUTHKEY_FILE");
        }
        FrontDoor.requireFree(MpAddress.of(where)); // before a key is made for nothing
        Optional<MpAddress> pages = httpAddress();
        Daemon daemon = start(where, KeyFile.readOrCreate(keyFile));
        Optional<Monitor> monitor = pages.isEmpty() ? Optional.empty() : Optional.of(monitor(daemon, pages.get(), log));
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            daemon.drain(Duration.ofSeconds(graceSeconds));
                            monitor.ifPresent(Monitor::close);
                        },
                        "drain"));
        log.log(
                Level.INFO,
                "listening; for Python: export JARPIPE_ADDRESS={0} JARPIPE_AUTHKEY_FILE={1}",
                where,
                keyFile);
        new CountDownLatch(1).await();
        return 0;
    }

    private Optional<MpAddress> httpAddress() throws IOException {
        if (http == null || http.isEmpty()) {
            return Optional.empty();
        }
        MpAddress address = MpAddress.of(http);
        if (!httpAnywhere && !HttpDoor.isLocal(address)) {
            throw new IOException("--http " + address + " can be reached from other machines, and asks for no key:"
                    + " choose a loopback address or a path, or say --http-anywhere if that is meant");
        }
        return Optional.of(address);
    }

    private static Monitor monitor(Daemon daemon, MpAddress address, System.Logger log) throws IOException {
        try {
            Monitor monitor = Monitor.open(daemon, address);
            log.log(Level.INFO, "/healthz, /readyz and /metrics are at {0}", monitor.address());
            return monitor;
        } catch (IOException | RuntimeException e) {
            daemon.drain(Duration.ZERO);
            throw e;
        }
    }

    private Daemon start(String where, byte[] key) throws IOException {
        Set<Integer> uids = new HashSet<>(allowedUids);
        uids.add(0);
        uids.add((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        Duration handshakeTimeout = Duration.ofSeconds(handshakeSeconds);
        FrontDoor.Settings door = new FrontDoor.Settings(MpAddress.of(where), key, Set.copyOf(uids), handshakeTimeout);
        Services opened = services.open(key, uids, handshakeTimeout, maxMessage, workers);
        return Daemon.start(door, workers, maxMessage, codec.create(), opened);
    }
}
