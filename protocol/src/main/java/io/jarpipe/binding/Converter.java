package io.jarpipe.binding;

import io.jarpipe.MpTypeException;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Turns unpickled values into one Java type; made once per declared type by {@link Converters#of}. Thread-safe. */
public final class Converter {
    private final Type type;
    private final Conversion conversion;
    private final Wanted wanted;

    Converter(Type type, Conversion conversion) {
        this.type = type;
        this.conversion = conversion;
        if (conversion instanceof RecordConversion records) {
            wanted = records.wanted();
        } else {
            wanted = type == ByteBuffer.class ? Wanted.BUFFER : Wanted.ANYTHING;
        }
    }

    /**
     * Says what a value is wanted for, so that its codec can save a step.
     *
     * @return what the codec is told
     */
    public Wanted wanted() {
        return wanted;
    }

    /**
     * Converts a value; nothing is rounded, cut or guessed.
     *
     * @param value the unpickled value; not changed, but what needs no conversion is shared with the result
     * @param path what the value is, for the message: {@code "argument 1 ('jobs')"}
     * @return the value as the declared type
     * @throws MpTypeException when it is not exactly representable as that type
     */
    public @Nullable Object convert(@Nullable Object value, String path) throws MpTypeException {
        try {
            return conversion.convert(value, new Pass(path));
        } catch (Misfit misfit) {
            throw misfit.toException(path);
        } catch (StackOverflowError e) {
            throw Misfit.of(type, value, "nested too deep for this thread's stack", e)
                    .toException(path);
        }
    }
}
