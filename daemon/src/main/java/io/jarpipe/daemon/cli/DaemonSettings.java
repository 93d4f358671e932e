package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.config.Configuration;
import io.jarpipe.daemon.config.Setting;
import io.jarpipe.daemon.frontdoor.Door;
import io.jarpipe.daemon.worker.Limits;
import io.jarpipe.pickle.GlobalPresets;
import io.jarpipe.pickle.JarpipeCodec;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.pickle.PickleCodecs;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;

/** Turns a configuration into what the parts of a daemon want to know. */
final class DaemonSettings {
    private DaemonSettings() {}

    static Daemon.Settings of(Configuration configuration, MpAddress address, byte[] key, IntPredicate users) {
        Limits limits = new Limits();
        changeLimits(configuration, limits);
        Door.Settings door = new Door.Settings(
                address, key, users, configuration.seconds(Setting.HANDSHAKE_TIMEOUT), limits::connections);
        return new Daemon.Settings(
                door,
                code(configuration),
                Math.toIntExact(configuration.number(Setting.MAX_MESSAGE)),
                configuration.choice(Setting.CODEC, PickleCodecs.class).create(),
                dataCodec(configuration),
                limits);
    }

    static List<Path> code(Configuration configuration) {
        return configuration.list(Setting.WORKERS).stream()
                .map(path -> Path.of((String) path))
                .toList();
    }

    /** Returns what reads the messages to workers and services, of which only some names may be wanted. */
    static PickleCodec dataCodec(Configuration configuration) {
        PickleCodec codec =
                configuration.choice(Setting.CODEC, PickleCodecs.class).create();
        GlobalPresets globals = configuration.choice(Setting.GLOBALS, GlobalPresets.class);
        return codec instanceof JarpipeCodec own ? own.withFilter(globals.filter()) : codec;
    }

    /** Sets the limits that may change while the daemon runs. */
    static void changeLimits(Configuration configuration, Limits limits) {
        limits.change(
                Math.toIntExact(configuration.number(Setting.MAX_WORKERS)),
                Math.toIntExact(configuration.number(Setting.MAX_CONNECTIONS)),
                configuration.number(Setting.MAX_IN_FLIGHT),
                Math.toIntExact(configuration.number(Setting.HEAP_RESERVE)));
    }
}
