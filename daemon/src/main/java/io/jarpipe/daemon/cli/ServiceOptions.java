package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.service.ServiceSettings;
import io.jarpipe.daemon.service.Services;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code jarpipe serve} that are about services. */
final class ServiceOptions {
    @Option(
            names = "--service",
            paramLabel = "ADDRESS=TARGET",
            description = "Call TARGET (pkg.Class::method, a static method that takes an MpConnection) for every client"
                    + " that connects to ADDRESS with Python's multiprocessing.connection.Client: a path, @NAME, or"
                    + " HOST:PORT. May be repeated.")
    private List<String> services = new ArrayList<>();

    @Option(
            names = "--service-authkey-file",
            paramLabel = "FILE",
            description = "File with the key that clients of services must know; made with a random key if it is"
                    + " missing. Default: the daemon's own key file.")
    private @Nullable Path authkeyFile;

    @Option(
            names = "--service-no-key",
            description = "Serve without a key whoever the kernel says is an allowed user; for Unix sockets only.")
    private boolean keyless;

    @Option(
            names = "--service-threads",
            paramLabel = "KIND",
            defaultValue = "virtual",
            description =
                    "What services run on: virtual threads, right for those that mostly wait, or platform threads,"
                            + " right for those that compute. Default: ${DEFAULT-VALUE}.")
    private ServiceSettings.Threads threads = ServiceSettings.Threads.VIRTUAL;

    @Option(
            names = "--service-connections",
            paramLabel = "COUNT",
            defaultValue = "10000",
            description = "How many connections a service may have at a time; further clients wait."
                    + " Default: ${DEFAULT-VALUE}.")
    private int maxConnections;

    /** Tells whether there is any service. */
    boolean isAsked() {
        return !services.isEmpty();
    }

    /** Opens what the command line asks for. */
    Services open(byte[] daemonKey, Set<Integer> uids, Duration handshakeTimeout, int maxMessage, List<Path> code)
            throws IOException {
        if (keyless && authkeyFile != null) {
            throw new IOException("--service-no-key and --service-authkey-file exclude each other");
        }
        if (maxConnections < 1) {
            throw new IOException("--service-connections: " + maxConnections + " (expected: at least 1)");
        }
        byte[] key = authkeyFile == null || !isAsked() ? daemonKey : KeyFile.readOrCreate(authkeyFile);
        return Services.open(
                targets(),
                new ServiceSettings(
                        keyless ? null : key,
                        Set.copyOf(uids),
                        handshakeTimeout,
                        maxMessage,
                        maxConnections,
                        threads,
                        code));
    }

    private Map<MpAddress, String> targets() throws IOException {
        Map<MpAddress, String> targets = new LinkedHashMap<>();
        for (String service : services) {
            int separator = service.lastIndexOf('=');
            if (separator < 0) {
                throw new IOException("--service " + service + " (expected: ADDRESS=pkg.Class::method)");
            }
            MpAddress address = MpAddress.of(service.substring(0, separator));
            if (keyless && address instanceof MpAddress.Tcp) {
                throw new IOException(
                        "--service-no-key is for Unix sockets: whoever reaches " + address + " could send pickles");
            }
            String target = service.substring(separator + 1);
            if (targets.put(address, target) != null) {
                throw new IOException("--service " + address + " is given twice");
            }
        }
        return targets;
    }
}
