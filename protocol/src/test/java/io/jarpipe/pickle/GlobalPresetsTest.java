package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobalPresetsTest {
    @ParameterizedTest
    @CsvSource({
        "builtins, set",
        "builtins, ValueError",
        "builtins, StopIteration",
        "builtins, ExceptionGroup",
        "datetime, datetime",
        "decimal, Decimal",
        "uuid, UUID",
        "_codecs, encode",
        "copyreg, _reconstructor",
        "zoneinfo, ZoneInfo._unpickle",
        "pathlib, PosixPath",
        "multiprocessing.queues, Queue",
        "multiprocessing.resource_sharer, DupFd"
    })
    void data_needs_these_names(String module, String name) {
        assertThat(GlobalPresets.STDLIB_DATA.filter().allows(module, name)).isTrue();
        assertThat(GlobalPresets.ALL.filter().allows(module, name)).isTrue();
        assertThat(GlobalPresets.NONE.filter().allows(module, name)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "builtins, eval",
        "builtins, getattr",
        "builtins, exec",
        "builtins, __import__",
        "builtins, open",
        "builtins, type",
        "os, system",
        "posix, system",
        "subprocess, Popen",
        "datetime, sys.modules",
        "collections, namedtuple",
        "multiprocessing.connection, Client",
        "multiprocessing.managers, RebuildProxy",
        "functools, partial",
        "operator, attrgetter",
        "shop.orders, ValueError",
        "builtins, a.Error"
    })
    void these_are_no_data(String module, String name) {
        assertThat(GlobalPresets.STDLIB_DATA.filter().allows(module, name)).isFalse();
    }

    @Test
    void is_named_as_on_the_command_line() {
        assertThat(GlobalPresets.STDLIB_DATA).hasToString("stdlib-data");
    }
}
