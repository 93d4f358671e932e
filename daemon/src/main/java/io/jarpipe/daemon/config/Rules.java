package io.jarpipe.daemon.config;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.frontdoor.HttpDoor;
import io.jarpipe.pickle.GlobalPresets;
import io.jarpipe.pickle.PickleCodecs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What values must be besides well-formed: that files exist, and that settings suit each other. */
final class Rules {
    private final Configuration configuration;
    private final List<String> broken = new ArrayList<>();

    private Rules(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Returns one line for each broken rule. */
    static List<String> broken(Configuration configuration, boolean shared) {
        Rules rules = new Rules(configuration);
        rules.workers();
        rules.codec();
        if (shared) {
            rules.addresses();
            rules.keyFile(Setting.AUTHKEY_FILE);
            rules.keyFile(Setting.SERVICE_AUTHKEY_FILE);
            rules.services();
            rules.http();
        } else if (!configuration.list(Setting.SERVICE).isEmpty()) {
            rules.broken.add("--service is for a shared daemon: leave out --private");
        }
        return rules.broken;
    }

    private void report(Setting setting, Object item, String problem) {
        broken.add(configuration.at(setting, item) + problem);
    }

    private void workers() {
        for (Object item : configuration.list(Setting.WORKERS)) {
            if (Files.notExists(Path.of((String) item))) {
                report(Setting.WORKERS, item, " does not exist (expected: a jar or a folder)");
            }
        }
    }

    private void codec() {
        GlobalPresets globals = configuration.choice(Setting.GLOBALS, GlobalPresets.class);
        if (globals != GlobalPresets.ALL
                && configuration.choice(Setting.CODEC, PickleCodecs.class) == PickleCodecs.RAZORVINE) {
            report(
                    Setting.CODEC,
                    PickleCodecs.RAZORVINE,
                    ": does not look at names (expected: jarpipe, with globals = " + globals + ")");
        }
    }

    private void addresses() {
        Optional<MpAddress> address = address(Setting.ADDRESS);
        if (address.isPresent() && address.get() instanceof MpAddress.Tcp tcp) {
            report(
                    Setting.ADDRESS,
                    tcp,
                    ": clients of the daemon pass descriptors, which TCP cannot (expected: a path or" + " @name)");
        }
        if (address.isPresent()
                && address.get() instanceof MpAddress.Abstract name
                && configuration.isDefault(Setting.AUTHKEY_FILE)) {
            report(Setting.ADDRESS, name, ": an abstract address needs --authkey-file or JARPIPE_AUTHKEY_FILE");
        }
    }

    private Optional<MpAddress> address(Setting setting) {
        return configuration.text(setting).flatMap(text -> {
            try {
                return Optional.of(MpAddress.of(text));
            } catch (IllegalArgumentException e) {
                report(setting, text, ": " + e.getMessage());
                return Optional.empty();
            }
        });
    }

    /** A missing file is made; a file that others may read is refused here and again when it is read. */
    private void keyFile(Setting setting) {
        configuration.text(setting).ifPresent(text -> {
            try {
                KeyFile.check(Path.of(text));
            } catch (NoSuchFileException e) {
                if (Files.notExists(Path.of(text).toAbsolutePath().getParent())) {
                    report(setting, text, ": its folder does not exist");
                }
            } catch (IOException | InvalidPathException e) {
                report(setting, text, ": " + e.getMessage());
            }
        });
    }

    private void services() {
        boolean keyless = configuration.is(Setting.SERVICE_NO_KEY);
        if (keyless && !configuration.isDefault(Setting.SERVICE_AUTHKEY_FILE)) {
            report(Setting.SERVICE_NO_KEY, true, ": excludes service-authkey-file");
        }
        if (configuration.number(Setting.SERVICE_CONNECTIONS) < 1) {
            report(
                    Setting.SERVICE_CONNECTIONS,
                    configuration.number(Setting.SERVICE_CONNECTIONS),
                    ": is out of range" + " (expected: at least 1)");
        }
        Set<MpAddress> addresses = new HashSet<>();
        for (Object item : configuration.list(Setting.SERVICE)) {
            try {
                MpAddress address = ServiceTargets.parse((String) item).address();
                if (keyless && address instanceof MpAddress.Tcp) {
                    report(
                            Setting.SERVICE,
                            item,
                            ": --service-no-key is for Unix sockets: whoever reaches " + address
                                    + " could send pickles");
                } else if (!addresses.add(address)) {
                    report(Setting.SERVICE, item, ": the address is given twice");
                }
            } catch (IllegalArgumentException e) {
                report(Setting.SERVICE, item, ": " + e.getMessage());
            }
        }
    }

    private void http() {
        address(Setting.HTTP).ifPresent(address -> {
            try {
                if (!configuration.is(Setting.HTTP_ANYWHERE) && !HttpDoor.isLocal(address)) {
                    report(
                            Setting.HTTP,
                            address,
                            " can be reached from other machines, and asks for no key (expected: a"
                                    + " loopback address or a path, or http-anywhere if that is meant: --http-anywhere)");
                }
            } catch (IOException e) {
                report(Setting.HTTP, address, ": the host is not known: " + e.getMessage());
            }
        });
    }
}
