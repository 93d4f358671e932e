package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.config.Configuration;
import io.jarpipe.daemon.config.KeyFile;
import io.jarpipe.daemon.config.LogFormat;
import io.jarpipe.daemon.config.LogLevel;
import io.jarpipe.daemon.config.Setting;
import io.jarpipe.daemon.frontdoor.FrontDoor;
import io.jarpipe.daemon.monitor.Monitor;
import io.jarpipe.daemon.service.ServiceSettings;
import io.jarpipe.daemon.service.Services;
import io.jarpipe.os.ServiceManager;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A daemon for everybody who knows the key, from its start to the signal that ends it. */
final class SharedDaemon {
    private static final System.Logger LOG = System.getLogger(SharedDaemon.class.getName());
    private static final int SIGNALLED = 128;
    private static final Duration RATES = Duration.ofSeconds(5);

    /** Reads the configuration again. */
    @FunctionalInterface
    interface Reader {
        Configuration read() throws IOException;
    }

    private final Reader reader;
    private final AllowedUsers users;
    private final String where;
    private final Path keyFile;
    private final Optional<ServiceManager> manager = ServiceManager.of(System.getenv());
    private final Daemon daemon;
    private final Optional<Monitor> monitor;
    private final AtomicBoolean ending = new AtomicBoolean();
    private volatile Configuration configuration;

    private SharedDaemon(Configuration configuration, Reader reader) throws IOException {
        this.configuration = configuration;
        this.reader = reader;
        this.users = new AllowedUsers(configuration);
        this.where = address(configuration);
        this.keyFile = Path.of(configuration.text(Setting.AUTHKEY_FILE).orElse(where + ".key"));
        FrontDoor.requireFree(MpAddress.of(where)); // before a key is made for nothing
        byte[] key = KeyFile.readOrCreate(keyFile);
        this.daemon = start(key);
        daemon.workers().sampleRatesEvery(RATES);
        this.monitor = monitor();
    }

    /** Runs a daemon; returns never, but ends the JVM. */
    static void run(Configuration configuration, Reader reader) throws IOException, InterruptedException {
        SharedDaemon shared = new SharedDaemon(configuration, reader);
        Signals.handle("TERM", () -> shared.end(15));
        Signals.handle("INT", () -> shared.end(2));
        if (!Signals.handle("HUP", shared::reload)) {
            LOG.log(Level.INFO, "SIGHUP is ignored, as in what nohup starts: only a restart changes the configuration");
        }
        Runtime.getRuntime().addShutdownHook(new Thread(shared::drain, "drain")); // if a worker ends the JVM
        LOG.log(
                Level.INFO,
                "listening; for Python: export JARPIPE_ADDRESS={0} JARPIPE_AUTHKEY_FILE={1}",
                shared.where,
                shared.keyFile);
        shared.tell("READY=1\nSTATUS=listening");
        new CountDownLatch(1).await();
    }

    private static String address(Configuration configuration) throws IOException {
        Optional<String> address = configuration.text(Setting.ADDRESS);
        return address.isPresent() ? address.get() : DefaultAddress.get();
    }

    private Daemon start(byte[] key) throws IOException {
        Duration handshakeTimeout = configuration.seconds(Setting.HANDSHAKE_TIMEOUT);
        List<Path> code = DaemonSettings.code(configuration);
        byte @Nullable [] serviceKey = configuration.is(Setting.SERVICE_NO_KEY) ? null : serviceKey(key);
        Services services = Services.open(
                configuration.services(),
                new ServiceSettings(
                        serviceKey,
                        users,
                        handshakeTimeout,
                        Math.toIntExact(configuration.number(Setting.MAX_MESSAGE)),
                        Math.toIntExact(configuration.number(Setting.SERVICE_CONNECTIONS)),
                        configuration.choice(Setting.SERVICE_THREADS, ServiceSettings.Threads.class),
                        DaemonSettings.dataCodec(configuration),
                        code));
        return Daemon.start(DaemonSettings.of(configuration, MpAddress.of(where), key, users), services);
    }

    private byte[] serviceKey(byte[] daemonKey) throws IOException {
        Optional<String> file = configuration.text(Setting.SERVICE_AUTHKEY_FILE);
        return file.isEmpty() || configuration.services().isEmpty()
                ? daemonKey
                : KeyFile.readOrCreate(Path.of(file.get()));
    }

    private Optional<Monitor> monitor() throws IOException {
        Optional<String> http = configuration.text(Setting.HTTP);
        if (http.isEmpty()) {
            return Optional.empty();
        }
        try {
            Monitor opened = Monitor.open(daemon, MpAddress.of(http.get()));
            LOG.log(Level.INFO, "/healthz, /readyz and /metrics are at {0}", opened.address());
            return Optional.of(opened);
        } catch (IOException | RuntimeException e) {
            daemon.drain(Duration.ZERO);
            throw e;
        }
    }

    /** Drains and ends the JVM; a second signal does not wait for that. */
    private void end(int signal) {
        try {
            if (ending.get()) {
                LOG.log(Level.WARNING, "a second signal: the daemon ends at once");
                daemon.reportLeft();
            } else {
                drain();
            }
        } finally {
            Runtime.getRuntime().halt(SIGNALLED + signal);
        }
    }

    private void drain() {
        if (ending.compareAndSet(false, true)) {
            tell("STOPPING=1\nSTATUS=draining");
            daemon.drain(configuration.seconds(Setting.GRACE));
            monitor.ifPresent(Monitor::close);
        }
    }

    private synchronized void reload() {
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
        try {
            Configuration read = reader.read();
            List<Setting> live = configuration.changed(read, true);
            List<Setting> later = configuration.changed(read, false);
            configuration = configuration.with(live, read);
            Logging.change(
                    configuration.choice(Setting.LOG_LEVEL, LogLevel.class),
                    configuration.choice(Setting.LOG_FORMAT, LogFormat.class));
            users.change(configuration);
            DaemonSettings.changeLimits(configuration, daemon.limits());
            LOG.log(Level.INFO, "configuration reloaded; changed: {0}", keys(live));
            if (!later.isEmpty()) {
                LOG.log(Level.WARNING, "only a restart changes: {0}", keys(later));
            }
        } catch (IOException e) {
            LOG.log(Level.ERROR, "configuration not reloaded, the old one stays: {0}", e.getMessage());
        }
        tell("READY=1");
    }

    private static String keys(List<Setting> settings) {
        return settings.isEmpty()
                ? "nothing"
                : String.join(", ", settings.stream().map(Setting::key).toList());
    }

    private void tell(String message) {
        manager.ifPresent(listening -> {
            try {
                listening.tell(message);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the service manager could not be told: {0}", e.getMessage());
            }
        });
    }
}
