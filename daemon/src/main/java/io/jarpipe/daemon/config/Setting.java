package io.jarpipe.daemon.config;

import io.jarpipe.daemon.service.ServiceSettings;
import io.jarpipe.pickle.GlobalPresets;
import io.jarpipe.pickle.PickleCodecs;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What can be set, under one name everywhere: {@code max-message} in the file, {@code JARPIPE_MAX_MESSAGE} in the
 * environment, {@code --max-message} on the command line.
 */
@SuppressWarnings(
        "ImmutableEnumChecker") // its fields are records and List.of(), which the checker does not know as such
public enum Setting {
    /** Where the daemon listens. */
    ADDRESS(
            Kinds.ADDRESS,
            "PATH|@NAME",
            "",
            "Unix socket to listen at; @NAME is an abstract one."
                    + " Default: jarpipe.sock in XDG_RUNTIME_DIR, or else in a folder of your own in the temporary directory."),
    /** The key of the daemon. */
    AUTHKEY_FILE(
            Kinds.FILE,
            "FILE",
            "",
            "File with the key that clients must know; made with a random key if it is"
                    + " missing. Default: the address with .key appended."),
    /** The code of workers and services. */
    WORKERS(Kinds.FILES, "DIR|JAR", "", "Where the workers' classes are: a jar, or a folder of classes and jars."),
    /** Other users. */
    ALLOW_UID(
            new Kind.Several(new Kind.Count(0, Integer.MAX_VALUE)),
            "UID",
            "",
            "Another user who may connect, by" + " number. Your own and root always may.",
            Trait.LIVE),
    /** What the daemon serves besides workers. */
    SERVICE(
            new Kind.Several(new Kind.Text("ADDRESS=pkg.Class::method")),
            "ADDRESS=TARGET",
            "",
            "Call TARGET"
                    + " (pkg.Class::method, a static method that takes an MpConnection) for every client that connects to ADDRESS"
                    + " with Python's multiprocessing.connection.Client: a path, @NAME, or HOST:PORT."),
    /** The key of the services. */
    SERVICE_AUTHKEY_FILE(
            Kinds.FILE,
            "FILE",
            "",
            "File with the key that clients of services must know; made with a"
                    + " random key if it is missing. Default: the daemon's own key file."),
    /** No key for the services. */
    SERVICE_NO_KEY(
            new Kind.Flag(),
            "",
            "false",
            "Serve without a key whoever the kernel says is an allowed user; for" + " Unix sockets only."),
    /** What handlers run on. */
    SERVICE_THREADS(
            new Kind.Choice(ServiceSettings.Threads.class),
            "KIND",
            "virtual",
            "What services run on: virtual"
                    + " threads, right for those that mostly wait, or platform threads, right for those that compute."),
    /** How many clients a service has. */
    SERVICE_CONNECTIONS(
            Kinds.COUNT,
            "COUNT",
            "10000",
            "How many connections a service may have at a time; further" + " clients wait."),
    /** The longest message. */
    MAX_MESSAGE(
            new Kind.Size(1, Integer.MAX_VALUE - 8),
            "SIZE",
            "256M",
            "Longest message a worker or service accepts," + " in bytes or with K, M or G.",
            Trait.PRIVATE_TOO),
    /** How many workers. */
    MAX_WORKERS(
            Kinds.COUNT,
            "COUNT",
            "1000",
            "How many workers may run at a time; start() of a further one raises" + " DaemonFull.",
            Trait.LIVE),
    /** How many clients. */
    MAX_CONNECTIONS(
            Kinds.COUNT,
            "COUNT",
            "4096",
            "How many clients may be connected, one for each worker included;" + " further ones wait until one leaves.",
            Trait.LIVE),
    /** What is put and not written. */
    MAX_IN_FLIGHT(
            new Kind.Size(1, Long.MAX_VALUE >> 1),
            "SIZE",
            "1024G",
            "How many bytes a worker may have put into one"
                    + " queue that the queue's readers have not made room for: then put() waits, as it does for maxsize.",
            Trait.LIVE),
    /** What is left free of the heap. */
    HEAP_RESERVE(
            new Kind.Count(0, 90),
            "PERCENT",
            "10",
            "How much of the heap must be free, after a collection, to take"
                    + " new work; start() raises DaemonFull else.",
            Trait.LIVE),
    /** Pickles. */
    CODEC(
            new Kind.Choice(PickleCodecs.class),
            "NAME",
            "jarpipe",
            "What reads and writes the pickles of workers:" + " jarpipe or razorvine.",
            Trait.PRIVATE_TOO),
    /** Names in pickles. */
    GLOBALS(
            new Kind.Choice(GlobalPresets.class),
            "NAMES",
            "all",
            "Which names of classes and functions the messages to"
                    + " workers and services may hold: all, stdlib-data (plain data of the standard library and what"
                    + " multiprocessing passes on), or none."),
    /** Patience with workers. */
    GRACE(
            Kinds.SECONDS,
            "SECONDS",
            "10",
            "How long workers and services may take to finish after SIGTERM.",
            Trait.LIVE),
    /** Patience with clients. */
    HANDSHAKE_TIMEOUT(Kinds.SECONDS, "SECONDS", "10", "How long a client may take to authenticate."),
    /** The pages. */
    HTTP(
            Kinds.ADDRESS,
            "ADDRESS",
            "",
            "Answer HTTP requests for /healthz, /readyz and /metrics at a loopback port"
                    + " (127.0.0.1:9464), a path or @name. Default: no HTTP at all."),
    /** The pages for everybody. */
    HTTP_ANYWHERE(
            new Kind.Flag(),
            "",
            "false",
            "Let --http be a port that other machines can reach: the pages ask for no" + " key."),
    /** How much is logged. */
    LOG_LEVEL(
            new Kind.Choice(LogLevel.class),
            "LEVEL",
            "info",
            "error, warning, info or debug; warning with --private.",
            Trait.LIVE,
            Trait.PRIVATE_TOO),
    /** How it is logged. */
    LOG_FORMAT(
            new Kind.Choice(LogFormat.class),
            "FORMAT",
            "text",
            "text, or json for one object a line.",
            Trait.LIVE,
            Trait.PRIVATE_TOO);

    private static final String PREFIX = "JARPIPE_";

    private enum Trait {
        /** A change takes effect at SIGHUP. */
        LIVE,
        /** A private daemon reads it from the environment, too. */
        PRIVATE_TOO
    }

    private static final class Kinds {
        static final Kind ADDRESS = new Kind.Text("a path, @name or host:port");
        static final Kind FILE = new Kind.Text("the path of a file");
        static final Kind FILES = new Kind.Several(new Kind.Text("a jar or a folder"));
        static final Kind COUNT = new Kind.Count(0, Integer.MAX_VALUE);
        static final Kind SECONDS = new Kind.Count(0, 1_000_000);
    }

    private final Kind kind;
    private final String parameter;
    private final String fallback;
    private final String description;
    private final List<Trait> traits;

    Setting(Kind kind, String parameter, String fallback, String description, Trait... traits) {
        this.kind = kind;
        this.parameter = parameter;
        this.fallback = fallback;
        this.description = description;
        this.traits = List.of(traits);
    }

    /**
     * Finds a setting.
     *
     * @param key its name in a file
     * @return the setting, if there is one
     */
    static Optional<Setting> of(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key().equals(key))
                .findFirst();
    }

    /**
     * Returns its name in a file.
     *
     * @return for example {@code "max-message"}
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns its name in the environment.
     *
     * @return for example {@code "JARPIPE_MAX_MESSAGE"}
     */
    public String variable() {
        return PREFIX + name();
    }

    /**
     * Returns its name on the command line.
     *
     * @return for example {@code "--max-message"}
     */
    public String flag() {
        return "--" + key();
    }

    /**
     * Returns what stands for its value in a help text.
     *
     * @return for example {@code "SIZE"}; empty when it is yes or no
     */
    public String parameter() {
        return parameter;
    }

    /**
     * Says what it means.
     *
     * @return sentences that end in its default
     */
    public String description() {
        return isFlag() || fallback.isEmpty() ? description : description + " Default: " + fallback + ".";
    }

    /**
     * Tells whether it is yes or no.
     *
     * @return true when its flag needs no value
     */
    public boolean isFlag() {
        return kind instanceof Kind.Flag;
    }

    /**
     * Tells whether it may be given several times.
     *
     * @return true when its value is a list
     */
    public boolean isList() {
        return kind instanceof Kind.Several;
    }

    /** Returns its value when nobody sets it; empty when that depends on others or is nothing. */
    String fallback() {
        return fallback;
    }

    Kind kind() {
        return kind;
    }

    /** Tells whether a change takes effect while the daemon runs. */
    boolean isLive() {
        return traits.contains(Trait.LIVE);
    }

    /** Tells whether a private daemon reads it from the environment, too. */
    boolean isPrivateToo() {
        return traits.contains(Trait.PRIVATE_TOO);
    }
}
