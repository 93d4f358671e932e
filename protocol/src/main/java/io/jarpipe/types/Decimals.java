package io.jarpipe.types;

import io.jarpipe.PyDecimal;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@code decimal.Decimal(text)}. For numbers that both can hold, {@code BigDecimal.toString()} and
 * {@code str(Decimal)} give the same text, up to the case of the E; a number whose text would change stays text.
 */
final class Decimals {
    static final PyGlobal DECIMAL = new PyGlobal("decimal", "Decimal");

    /** BigDecimal reads digits in quadratic time; it is the limit that CPython has for ints, for the same reason. */
    private static final int MAX_LENGTH = 4300;

    private Decimals() {}

    static @Nullable Object decimal(PyObject recipe) {
        PyTuple args = recipe.args();
        if (args.size() != 1 || !(args.get(0) instanceof String text) || !PyDecimal.isDecimal(text)) {
            return null;
        }
        BigDecimal number = text.length() <= MAX_LENGTH ? number(text) : null;
        return number != null && number.toString().equalsIgnoreCase(text) ? number : PyDecimal.of(text);
    }

    private static @Nullable BigDecimal number(String text) {
        if (!Character.isDigit(text.charAt(text.length() - 1)) || text.contains("N")) {
            return null;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null; // an exponent beyond 32 bits
        }
    }

    static PyObject recipe(Object value) {
        return PyObject.reduce(DECIMAL, PyTuple.of(value.toString()));
    }
}
