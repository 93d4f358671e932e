package io.jarpipe.binding;

import io.jarpipe.MpTypeException;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Says inside a conversion that a value does not fit. On its way out, each container adds where it was; so the way to a
 * value costs nothing while all is well.
 */
final class Misfit extends Exception {
    private static final long serialVersionUID = 1L;

    private final String pythonType;
    private final String javaType;
    private final String detail;
    private String way = "";

    private Misfit(String pythonType, String javaType, String detail, @Nullable Throwable cause) {
        super(detail, cause, false, false);
        this.pythonType = pythonType;
        this.javaType = javaType;
        this.detail = detail;
    }

    static Misfit of(Type type, @Nullable Object value, String detail) {
        return of(type, value, detail, null);
    }

    static Misfit of(Type type, @Nullable Object value, String detail, @Nullable Throwable cause) {
        return new Misfit(PythonTypes.nameOf(value), type.getTypeName(), detail, cause);
    }

    /** Adds a step in front of the way to the value: {@code "[3]"}, {@code ".x"}. */
    Misfit inside(String step) {
        way = step + way;
        return this;
    }

    /** Returns the exception for the user; {@code start} says what the whole value is. */
    MpTypeException toException(String start) {
        MpTypeException exception = new MpTypeException(start + way, pythonType, javaType, detail);
        if (getCause() != null) {
            exception.initCause(getCause());
        }
        return exception;
    }
}
