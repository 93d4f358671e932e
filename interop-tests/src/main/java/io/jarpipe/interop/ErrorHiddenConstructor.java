package io.jarpipe.interop;

import io.jarpipe.Worker;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Is a worker that nobody can make. */
public final class ErrorHiddenConstructor implements Worker {
    private ErrorHiddenConstructor() {}

    @Override
    public void run(List<@Nullable Object> args, Map<String, @Nullable Object> kwargs) {
        throw new UnsupportedOperationException("never made");
    }
}
