package io.jarpipe.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class SizeConverterTest {
    private final SizeConverter sizes = new SizeConverter();

    @ParameterizedTest
    @CsvSource({"1, 1", "4096, 4096", "16k, 16384", "256M, 268435456", "1G, 1073741824"})
    void reads_bytes_and_powers_of_1024(String text, int bytes) {
        assertThat(sizes.convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "12X", "-1", "0", "2G", "99999999999", "1.5M"})
    void refuses_what_is_no_size_or_no_array(String text) {
        assertThatThrownBy(() -> sizes.convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void takes_the_longest_array() {
        assertThat(sizes.convert("2147483639")).isEqualTo(Integer.MAX_VALUE - 8);
    }
}
