package io.jarpipe.daemon.config;

import io.jarpipe.MpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All settings with their values: that of a flag, else of the environment, else of the file, else the default.
 *
 * <p>A value is the same text wherever it stands. Of a list, the first source that has one gives all of it.
 */
public final class Configuration {
    /** Names the file. */
    public static final String FILE_VARIABLE = "JARPIPE_CONFIG";

    /**
     * A value.
     *
     * @param text as it was given
     * @param parsed what it means; null for none
     * @param source where it comes from
     */
    record Value(String text, @Nullable Object parsed, Source source) {}

    private final Map<Setting, Value> values;

    private Configuration(Map<Setting, Value> values) {
        this.values = values;
    }

    /**
     * Reads everything for a shared daemon.
     *
     * @param flags what the command line says, by setting; a list has one text for each flag
     * @param environment the variables
     * @param file the file; empty for none
     * @return the settings
     * @throws ConfigurationException when something is wrong; it says all that is
     * @throws IOException when the file cannot be read
     */
    public static Configuration load(
            Map<Setting, List<String>> flags, Map<String, String> environment, Optional<Path> file) throws IOException {
        Loading loading = new Loading();
        if (file.isPresent()) {
            loading.file(file.get());
        }
        loading.environment(environment, Arrays.asList(Setting.values()));
        loading.flags(flags);
        return finish(loading, true);
    }

    /**
     * Reads what a private daemon takes note of: it is started by a program whose environment may be meant for a shared
     * one.
     *
     * @param flags what the command line says, by setting
     * @param environment the variables
     * @return the settings
     * @throws ConfigurationException when something is wrong; it says all that is
     */
    public static Configuration loadPrivate(Map<Setting, List<String>> flags, Map<String, String> environment)
            throws ConfigurationException {
        Loading loading = new Loading();
        loading.environment(
                environment,
                Arrays.stream(Setting.values()).filter(Setting::isPrivateToo).toList());
        loading.flags(flags);
        return finish(loading, false);
    }

    private static Configuration finish(Loading loading, boolean shared) throws ConfigurationException {
        Configuration configuration = new Configuration(loading.values());
        List<String> problems = new ArrayList<>(loading.problems());
        problems.addAll(Rules.broken(configuration, shared));
        if (!problems.isEmpty()) {
            throw new ConfigurationException(problems, loading.isMisuse());
        }
        return configuration;
    }

    private Value value(Setting setting) {
        return Objects.requireNonNull(values.get(setting));
    }

    /** Says where a value comes from and what it is, or what item of a list is meant, as an error message begins. */
    String at(Setting setting, Object item) {
        return value(setting).source().at(setting, String.valueOf(item));
    }

    /**
     * Returns what to serve besides workers.
     *
     * @return what to call for the clients of which address
     */
    public Map<MpAddress, String> services() {
        return ServiceTargets.of(this);
    }

    /**
     * Tells whether nobody has set it.
     *
     * @param setting any setting
     * @return true when its value is the default
     */
    public boolean isDefault(Setting setting) {
        return value(setting).source() instanceof Source.Default;
    }

    /**
     * Returns the text of a setting.
     *
     * @param setting an address or a file
     * @return its value; empty when nobody has set it
     */
    public Optional<String> text(Setting setting) {
        return Optional.ofNullable((String) value(setting).parsed());
    }

    /**
     * Returns the items of a list.
     *
     * @param setting a list
     * @return its items; none when nobody has set it
     */
    public List<?> list(Setting setting) {
        Object parsed = value(setting).parsed();
        return parsed == null ? List.of() : (List<?>) parsed;
    }

    /**
     * Returns the number of a setting.
     *
     * @param setting a count or a size
     * @return the number, for a size in bytes
     */
    public long number(Setting setting) {
        return ((Number) Objects.requireNonNull(value(setting).parsed())).longValue();
    }

    /**
     * Returns a duration.
     *
     * @param setting one that is given in seconds
     * @return the duration
     */
    public Duration seconds(Setting setting) {
        return Duration.ofSeconds(number(setting));
    }

    /**
     * Tells whether something shall be.
     *
     * @param setting one that is yes or no
     * @return true for yes
     */
    public boolean is(Setting setting) {
        return Boolean.TRUE.equals(value(setting).parsed());
    }

    /**
     * Returns which of a few was chosen.
     *
     * @param setting one with names as values
     * @param type their type
     * @param <E> their type
     * @return the choice
     */
    public <E extends Enum<E>> E choice(Setting setting, Class<E> type) {
        return type.cast(Objects.requireNonNull(value(setting).parsed()));
    }

    /**
     * Lists what differs in another configuration.
     *
     * @param other the other one
     * @param live whether to list those that may change while the daemon runs, or the rest
     * @return the settings whose values differ
     */
    public List<Setting> changed(Configuration other, boolean live) {
        return Arrays.stream(Setting.values())
                .filter(setting -> setting.isLive() == live)
                .filter(setting ->
                        !value(setting).text().equals(other.value(setting).text()))
                .toList();
    }

    /**
     * Returns this configuration with some values of another.
     *
     * @param settings which
     * @param other the other configuration
     * @return the new configuration
     */
    public Configuration with(List<Setting> settings, Configuration other) {
        Map<Setting, Value> merged = new EnumMap<>(values);
        settings.forEach(setting -> merged.put(setting, other.value(setting)));
        return new Configuration(merged);
    }

    /**
     * Lists the effective values.
     *
     * @param computed the values of those that nobody has set and that have no fixed default
     * @return one line for each setting: where it comes from, key, value
     */
    public List<String> lines(Map<Setting, String> computed) {
        return Arrays.stream(Setting.values())
                .map(setting -> {
                    Value value = value(setting);
                    String text = value.text().isEmpty() ? computed.getOrDefault(setting, "") : value.text();
                    return String.format("%-24s %s = %s", value.source(), setting.key(), text)
                            .stripTrailing();
                })
                .toList();
    }
}
