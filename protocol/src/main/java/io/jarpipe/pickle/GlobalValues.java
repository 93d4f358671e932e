package io.jarpipe.pickle;

import io.jarpipe.PyByteArray;
import io.jarpipe.PyComplex;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyTuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows the calls by which pickles of lower protocols make plain values for which they have no opcode. Anything that
 * does not look exactly like one of them stays an opaque object.
 *
 * <pre>
 *  builtins.set([...])  builtins.frozenset([...])  builtins.bytearray(...)     protocols 0 - 3, bytearray also 4
 *  _codecs.encode(str, 'latin1')  builtins.bytes()                             bytes in protocols 0 - 2
 *  builtins.complex(re, im)                                                    all protocols
 *  builtins.list([...])                                                        views of dicts, once managers are imported
 * </pre>
 *
 * <p>Source: CPython 3.8 - 3.15 {@code Lib/pickle.py, Lib/copyreg.py, Lib/multiprocessing/managers.py,
 * Objects/bytearrayobject.c}.
 */
final class GlobalValues {
    private final Containers containers;

    GlobalValues(Containers containers) {
        this.containers = containers;
    }

    /** Says whether a name may be that of such a call. */
    static boolean isHelper(PyGlobal callable) {
        return callable.module().equals("builtins") || callable.module().equals("_codecs");
    }

    /** Returns the value that a call makes, or null if it makes none that Java knows. */
    @Nullable
    Object call(Object callable, PyTuple args) {
        if (!(callable instanceof PyGlobal global)) {
            return null;
        }
        return switch (global.module()) {
            case "builtins" -> builtin(global.qualname(), args);
            case "_codecs" -> global.qualname().equals("encode") ? encoded(args) : null;
            default -> null;
        };
    }

    private @Nullable Object builtin(String name, PyTuple args) {
        return switch (name) {
            case "set" -> set(args);
            case "frozenset" -> frozenSet(args);
            case "bytearray" -> byteArray(args);
            case "bytes" -> args.isEmpty() ? new byte[0] : null;
            case "complex" -> complex(args);
            case "list" -> args.size() == 1 && args.get(0) instanceof ArrayList<?> list ? new ArrayList<>(list) : null;
            default -> null;
        };
    }

    private static @Nullable Object @Nullable [] elements(PyTuple args) {
        if (args.isEmpty()) {
            return new @Nullable Object[0];
        }
        return args.size() == 1 && args.get(0) instanceof Collection<?> elements ? elements.toArray() : null;
    }

    private @Nullable Set<@Nullable Object> set(PyTuple args) {
        @Nullable Object[] elements = elements(args);
        if (elements == null) {
            return null;
        }
        Set<@Nullable Object> set = LinkedHashSet.newLinkedHashSet(elements.length);
        containers.addItems(set, elements);
        return set;
    }

    private @Nullable PyFrozenSet frozenSet(PyTuple args) {
        @Nullable Object[] elements = elements(args);
        return elements == null ? null : containers.frozenSet(elements);
    }

    private static @Nullable PyByteArray byteArray(PyTuple args) {
        if (args.isEmpty()) {
            return new PyByteArray(new byte[0]);
        }
        if (args.size() == 1 && args.get(0) instanceof byte[] bytes) {
            return new PyByteArray(bytes.clone());
        }
        byte[] bytes = encoded(args);
        return bytes == null ? null : new PyByteArray(bytes);
    }

    /** Returns the bytes of a text in Latin-1, which protocols 0 to 2 use to carry any bytes. */
    private static byte @Nullable [] encoded(PyTuple args) {
        if (args.size() != 2 || !(args.get(0) instanceof String text) || !isLatin1(args.get(1))) {
            return null;
        }
        for (int index = 0; index < text.length(); index++) {
            if (text.charAt(index) > 0xff) {
                return null;
            }
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isLatin1(@Nullable Object encoding) {
        return "latin1".equals(encoding) || "latin-1".equals(encoding);
    }

    private static @Nullable PyComplex complex(PyTuple args) {
        return args.size() == 2 && args.get(0) instanceof Double real && args.get(1) instanceof Double imaginary
                ? new PyComplex(real, imaginary)
                : null;
    }
}
