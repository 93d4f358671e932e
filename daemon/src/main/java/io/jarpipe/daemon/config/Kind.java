package io.jarpipe.daemon.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What values a setting takes: reads them from text, and says what is allowed. */
sealed interface Kind {
    /** Says which texts are values, for an error message. */
    String allowed();

    /** Reads a value; throws {@link IllegalArgumentException}, whose message says what is wrong with it. */
    Object parse(String text);

    /** Text that is used as it is: an address, a file. */
    record Text(String allowed) implements Kind {
        @Override
        public Object parse(String text) {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("is empty");
            }
            return text;
        }
    }

    /** A number. */
    record Count(int least, int most) implements Kind {
        @Override
        public String allowed() {
            return "a number from " + least + " to " + most;
        }

        @Override
        public Object parse(String text) {
            long number;
            try {
                number = Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is no whole number", e);
            }
            if (number < least || number > most) {
                throw new IllegalArgumentException("is out of range");
            }
            return (int) number;
        }
    }

    /** A number of bytes, given as {@code 256M}. */
    record Size(long least, long most) implements Kind {
        private static final Map<Character, Integer> SHIFTS = Map.of('K', 10, 'M', 20, 'G', 30);

        @Override
        public String allowed() {
            return "a number of bytes, or with K, M or G, from " + least + " to " + most;
        }

        @Override
        public Object parse(String text) {
            String upper = text.toUpperCase(Locale.ROOT);
            int shift = upper.isEmpty() ? 0 : SHIFTS.getOrDefault(upper.charAt(upper.length() - 1), 0);
            String digits = shift == 0 ? upper : upper.substring(0, upper.length() - 1);
            long number;
            try {
                number = Long.parseLong(digits);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("is no size", e);
            }
            if (number > most >> shift || number << shift < least) {
                throw new IllegalArgumentException("is out of range");
            }
            return number << shift;
        }
    }

    /** Yes or no. */
    record Flag() implements Kind {
        @Override
        public String allowed() {
            return "true or false";
        }

        @Override
        public Object parse(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException("is neither true nor false");
            };
        }
    }

    /** One of a few names. */
    record Choice(Class<? extends Enum<?>> type) implements Kind {
        private List<String> names() {
            return Arrays.stream(type.getEnumConstants())
                    .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .toList();
        }

        @Override
        public String allowed() {
            return String.join(", ", names());
        }

        @Override
        public Object parse(String text) {
            int index = names().indexOf(text.toLowerCase(Locale.ROOT));
            if (index < 0) {
                throw new IllegalArgumentException("is not known" + Nearest.hint(text, names()));
            }
            return type.getEnumConstants()[index];
        }
    }

    /** Several values, separated by commas. */
    record Several(Kind each) implements Kind {
        @Override
        public String allowed() {
            return each.allowed() + "; several are separated by commas";
        }

        @Override
        public Object parse(String text) {
            return Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .map(each::parse)
                    .toList();
        }
    }
}
