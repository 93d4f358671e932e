package io.jarpipe.daemon.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects values, later sources over earlier ones, and what is wrong with them. */
final class Loading {
    private final Map<Setting, Configuration.Value> values = new EnumMap<>(Setting.class);
    private final List<String> problems = new ArrayList<>();
    private boolean misuse;

    Loading() {
        for (Setting setting : Setting.values()) {
            String text = setting.fallback();
            Object parsed = text.isEmpty() ? null : setting.kind().parse(text);
            values.put(setting, new Configuration.Value(text, parsed, new Source.Default()));
        }
    }

    void file(Path file) throws IOException {
        Map<String, Integer> seen = new HashMap<>();
        for (ConfigFile.Entry entry : ConfigFile.read(file)) {
            String where = file + ":" + entry.line() + ": ";
            Integer before = seen.put(entry.key(), entry.line());
            Optional<Setting> setting = Setting.of(entry.key());
            if (setting.isEmpty()) {
                problems.add(where + entry.key() + ": is no setting" + hint(entry.key()));
            } else if (before != null) {
                problems.add(where + entry.key() + " = " + entry.value() + ": line " + before
                        + " has set it already (expected: each key once; lists are separated by commas)");
            } else {
                set(setting.get(), entry.value(), new Source.Line(file, entry.line()));
            }
        }
    }

    /** The value of an unknown key is not repeated: it may be a secret. */
    private static String hint(String key) {
        List<String> keys = Arrays.stream(Setting.values()).map(Setting::key).toList();
        String hint = Nearest.hint(key, keys);
        return hint.isEmpty() ? " (expected: " + String.join(", ", keys) + ")" : hint;
    }

    void environment(Map<String, String> environment, List<Setting> settings) {
        for (Setting setting : settings) {
            String text = environment.getOrDefault(setting.variable(), "").strip();
            if (!text.isEmpty()) {
                set(setting, text, new Source.Environment());
            }
        }
    }

    void flags(Map<Setting, List<String>> flags) {
        flags.forEach((setting, texts) -> {
            Source source = new Source.Flag();
            if (setting.kind() instanceof Kind.Several(Kind each)) {
                set(
                        setting,
                        String.join(",", texts),
                        source,
                        () -> texts.stream().map(each::parse).toList());
            } else {
                set(setting, texts.getLast(), source);
            }
        });
    }

    private void set(Setting setting, String text, Source source) {
        set(setting, text, source, () -> setting.kind().parse(text));
    }

    private void set(Setting setting, String text, Source source, Supplier<Object> parse) {
        try {
            values.put(setting, new Configuration.Value(text, parse.get(), source));
        } catch (IllegalArgumentException e) {
            misuse |= source instanceof Source.Flag;
            problems.add(source.at(setting, text) + ": " + e.getMessage() + " (expected: "
                    + setting.kind().allowed() + ")");
        }
    }

    Map<Setting, Configuration.Value> values() {
        return values;
    }

    List<String> problems() {
        return problems;
    }

    boolean isMisuse() {
        return misuse;
    }
}
