package io.jarpipe.types;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.math.BigInteger;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@code uuid.UUID}: an object without arguments whose state is {@code {'int': n}}. One that also has
 * {@code is_safe}, which Java's lacks, stays a recipe. Source: CPython 3.8 - 3.15 {@code Lib/uuid.py,
 * UUID.__getstate__}.
 */
final class Uuids {
    static final PyGlobal UUID_CLASS = new PyGlobal("uuid", "UUID");
    private static final PyGlobal OBJECT = new PyGlobal("builtins", "object");
    private static final String STATE = "int";
    private static final int BITS = 128;

    private Uuids() {}

    /** Says whether a recipe makes a UUID in protocol 2 or higher. */
    static boolean isNew(PyObject recipe) {
        return recipe.kind() == PyObject.Kind.NEWOBJ && recipe.args().isEmpty();
    }

    /** Says whether a call of {@code copyreg._reconstructor} makes a UUID, as protocols 0 and 1 do. */
    static boolean isReconstructed(PyObject recipe) {
        PyTuple args = recipe.args();
        return recipe.kind() == PyObject.Kind.REDUCE
                && args.size() == 3
                && UUID_CLASS.equals(args.get(0))
                && OBJECT.equals(args.get(1))
                && args.get(2) == null;
    }

    static @Nullable UUID uuid(PyObject recipe) {
        if (!(recipe.state() instanceof Map<?, ?> state) || state.size() != 1) {
            return null;
        }
        return switch (state.get(STATE)) {
            case Long number when number >= 0 -> new UUID(0, number);
            case BigInteger number
            when number.signum() > 0 && number.bitLength() <= BITS ->
                new UUID(number.shiftRight(Long.SIZE).longValue(), number.longValue());
            case null, default -> null;
        };
    }

    static PyObject recipe(UUID value) {
        BigInteger number = unsigned(value.getMostSignificantBits())
                .shiftLeft(Long.SIZE)
                .or(unsigned(value.getLeastSignificantBits()));
        return PyObject.newObject(UUID_CLASS, PyTuple.of()).build(Map.of(STATE, number));
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }
}
