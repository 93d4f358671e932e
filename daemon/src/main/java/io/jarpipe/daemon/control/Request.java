package io.jarpipe.daemon.control;

import io.jarpipe.ProtocolException;
import io.jarpipe.PyTuple;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request in the form of {@code multiprocessing.managers}: {@code (ident, method, args, kwds)}
 * ({@code Lib/multiprocessing/managers.py}, {@code dispatch}).
 *
 * @param method what to do
 * @param args with what, by position
 * @param kwds with what, by name
 */
record Request(String method, PyTuple args, Map<?, ?> kwds) {
    static Request of(@Nullable Object unpickled) throws ProtocolException {
        if (unpickled instanceof PyTuple tuple
                && tuple.size() == 4
                && tuple.get(1) instanceof String method
                && tuple.get(2) instanceof PyTuple args
                && tuple.get(3) instanceof Map<?, ?> kwds) {
            return new Request(method, args, kwds);
        }
        throw new ProtocolException("a request is a tuple (ident, method, args, kwds)");
    }

    /** Returns an argument given by position or by name. */
    @Nullable
    Object argument(int index, String name) {
        return index < args.size() ? args.get(index) : kwds.get(name);
    }

    /** Returns an argument that has to be an int. */
    long number(int index, String name) throws ProtocolException {
        if (argument(index, name) instanceof Long number) {
            return number;
        }
        throw new ProtocolException(method + "() needs an int as " + name);
    }
}
