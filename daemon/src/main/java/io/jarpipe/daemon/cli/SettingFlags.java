package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.config.Setting;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The flags of {@code jarpipe serve}, one for each setting. Their values are read by the configuration, not here. */
final class SettingFlags {
    private SettingFlags() {}

    static void addTo(CommandSpec command) {
        for (Setting setting : Setting.values()) {
            OptionSpec.Builder option = OptionSpec.builder(setting.flag())
                    .description(escape(setting.description()) + (setting.isList() ? " May be repeated." : ""))
                    .type(setting.isList() ? List.class : String.class)
                    .auxiliaryTypes(String.class)
                    .arity(setting.isFlag() ? "0..1" : "1")
                    .paramLabel(setting.isFlag() ? "true|false" : setting.parameter());
            if (setting.isFlag()) {
                option.fallbackValue("true");
            }
            command.addOption(option.build());
        }
    }

    /** In a description of picocli's, {@code %} begins a format and {@code $} a variable. */
    private static String escape(String text) {
        return text.replace("%", "%%").replace("${", "$${");
    }

    static Map<Setting, List<String>> read(ParseResult parsed) {
        Map<Setting, List<String>> flags = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            if (parsed.hasMatchedOption(setting.flag())) {
                Object value = parsed.matchedOptionValue(setting.flag(), "");
                flags.put(
                        setting,
                        value instanceof List<?> several
                                ? several.stream().map(String::valueOf).toList()
                                : List.of((String) value));
            }
        }
        return flags;
    }
}
