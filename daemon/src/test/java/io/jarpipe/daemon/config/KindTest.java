package io.jarpipe.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KindTest {
    private final Kind sizes = Setting.MAX_MESSAGE.kind();

    @ParameterizedTest
    @CsvSource({"1, 1", "4096, 4096", "16k, 16384", "256M, 268435456", "1G, 1073741824"})
    void reads_bytes_and_powers_of_1024(String text, long bytes) {
        assertThat(sizes.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "12X", "-1", "0", "2G", "99999999999", "1.5M", "-1G", "9999999999G"})
    void refuses_what_is_no_size_or_no_array(String text) {
        assertThatThrownBy(() -> sizes.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takes_the_longest_array() {
        assertThat(sizes.parse("2147483639")).isEqualTo(Integer.MAX_VALUE - 8L);
    }

    @Test
    void guesses_what_was_meant_and_nothing_far_fetched() {
        assertThatThrownBy(() -> Setting.LOG_LEVEL.kind().parse("warn")).hasMessageContaining("'warning'");
        assertThatThrownBy(() -> Setting.LOG_LEVEL.kind().parse("debgu")).hasMessageContaining("'debug'");
        assertThatThrownBy(() -> Setting.LOG_LEVEL.kind().parse("loud")).hasMessage("is not known");
    }

    @Test
    void every_default_is_a_value() {
        for (Setting setting : Setting.values()) {
            if (!setting.fallback().isEmpty()) {
                assertThat(setting.kind().parse(setting.fallback())).isNotNull();
            }
        }
    }
}
