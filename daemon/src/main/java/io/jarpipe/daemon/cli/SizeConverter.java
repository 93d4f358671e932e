package io.jarpipe.daemon.cli;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a size such as {@code 256M}: bytes, or with K, M or G in powers of 1024. */
final class SizeConverter implements ITypeConverter<Integer> {
    private static final Map<Character, Integer> SHIFTS = Map.of('K', 10, 'M', 20, 'G', 30);
    private static final long LARGEST = Integer.MAX_VALUE - 8;

    @Override
    public Integer convert(String text) {
        String upper = text.trim().toUpperCase(Locale.ROOT);
        int shift = upper.isEmpty() ? 0 : SHIFTS.getOrDefault(upper.charAt(upper.length() - 1), 0);
        String digits = shift == 0 ? upper : upper.substring(0, upper.length() - 1);
        long number;
        try {
            number = Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is no size: a number of bytes, or with K, M or G");
        }
        if (number < 1 || number > LARGEST >> shift) {
            throw new TypeConversionException("'" + text + "' is out of range: at most 2G - 8 bytes, an array in Java");
        }
        return (int) (number << shift);
    }
}
