package io.jarpipe.pickle;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

// Some facts about names in pickles
// ---------------------------------
// Java runs nothing that a pickle names. But a value that Java does not know stays a recipe, and when Java sends it on,
// the next Python process follows it: builtins.eval with arguments of the first author runs in the second process (a
// "confused deputy"). A preset lets a daemon refuse what is no data. CPython's own modules are named as CPython 3.8 to
// 3.15 pickle them; below protocol 4 plain data needs builtins.set, _codecs.encode and the like.

/** The filters of names that an operator can choose. */
public enum GlobalPresets {
    /** Every name: for peers that trust each other, as those of one program do. */
    ALL,
    /** What plain data of the standard library needs, and what multiprocessing itself passes on. */
    STDLIB_DATA,
    /** No name at all: numbers, texts, bytes, lists, tuples, dicts and, from protocol 4 on, sets. */
    NONE;

    private static final Set<String> BUILTINS = Set.of(
            "set",
            "frozenset",
            "bytearray",
            "complex",
            "bytes",
            "list",
            "dict",
            "tuple",
            "int",
            "float",
            "str",
            "bool",
            "object",
            "range",
            "slice",
            "NotImplemented",
            "Ellipsis");

    private static final Map<String, Set<String>> DATA = Map.ofEntries(
            Map.entry("_codecs", Set.of("encode")),
            Map.entry("array", Set.of("array", "_array_reconstructor")),
            Map.entry("collections", Set.of("OrderedDict", "deque", "Counter", "defaultdict")),
            Map.entry("copyreg", Set.of("_reconstructor")),
            Map.entry("datetime", Set.of("date", "time", "datetime", "timedelta", "timezone")),
            Map.entry("decimal", Set.of("Decimal")),
            Map.entry("_decimal", Set.of("Decimal")),
            Map.entry("_pydecimal", Set.of("Decimal")),
            Map.entry("fractions", Set.of("Fraction")),
            Map.entry("ipaddress", Set.of("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network")),
            Map.entry("pathlib", Set.of("Path", "PosixPath", "PurePath", "PurePosixPath")),
            Map.entry("pathlib._local", Set.of("Path", "PosixPath", "PurePath", "PurePosixPath")),
            Map.entry("uuid", Set.of("UUID", "SafeUUID")),
            Map.entry("zoneinfo", Set.of("ZoneInfo", "ZoneInfo._unpickle")),
            Map.entry("multiprocessing.connection", Set.of("rebuild_connection", "Connection")),
            Map.entry("multiprocessing.reduction", Set.of("_rebuild_socket")),
            Map.entry("multiprocessing.resource_sharer", Set.of("DupFd")),
            Map.entry("multiprocessing.queues", Set.of("Queue", "JoinableQueue", "SimpleQueue")),
            Map.entry(
                    "multiprocessing.synchronize",
                    Set.of("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")));

    /**
     * Returns the filter.
     *
     * @return the filter, which is thread-safe
     */
    public GlobalFilter filter() {
        return switch (this) {
            case ALL -> GlobalFilter.ALL;
            case STDLIB_DATA -> GlobalPresets::isData;
            case NONE -> (module, qualname) -> false;
        };
    }

    private static boolean isData(String module, String qualname) {
        if (module.equals("builtins")) {
            return BUILTINS.contains(qualname) || isException(qualname);
        }
        return DATA.getOrDefault(module, Set.of()).contains(qualname);
    }

    /** An exception only keeps its arguments; no builtin function is called like one. */
    private static boolean isException(String qualname) {
        return qualname.matches("[A-Z][A-Za-z]*(Error|Exception|Warning|Iteration|Exit|Interrupt|Group)");
    }

    /**
     * Returns the name as the command line has it.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
