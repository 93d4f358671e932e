package io.jarpipe.daemon.config;

import java.io.IOException;
import java.util.List;

/** Reports all that is wrong with a configuration. */
public final class ConfigurationException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line each. */
    private final transient List<String> problems;

    private final boolean misused;

    /**
     * Makes a report.
     *
     * @param problems one line for each mistake: where it is, key, value, what is allowed
     * @param misused whether one of them is a value on the command line that cannot be read
     */
    ConfigurationException(List<String> problems, boolean misused) {
        super(String.join("\njarpipe: ", problems));
        this.problems = List.copyOf(problems);
        this.misused = misused;
    }

    /**
     * Lists the mistakes.
     *
     * @return one line for each
     */
    public List<String> problems() {
        return problems;
    }

    /**
     * Tells whether the command line itself is wrong.
     *
     * @return true when a value on it cannot be read
     */
    public boolean isMisuse() {
        return misused;
    }
}
