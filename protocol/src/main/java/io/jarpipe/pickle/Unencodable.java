package io.jarpipe.pickle;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Says inside the encoder what cannot be encoded; on the way out each container adds its part of the path. */
final class Unencodable extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MAX_PATH_LENGTH = 200;

    private final StringBuilder path = new StringBuilder();

    Unencodable(String problem) {
        this(problem, null);
    }

    Unencodable(String problem, @Nullable Throwable cause) {
        super(problem, cause, false, false);
    }

    /** Adds the place of the failed value inside a container, and returns this. */
    Unencodable inside(String step) {
        if (path.length() + step.length() <= MAX_PATH_LENGTH) {
            path.insert(0, step);
        }
        return this;
    }

    String describe() {
        return path.isEmpty() ? String.valueOf(getMessage()) : getMessage() + " at value" + path;
    }
}
