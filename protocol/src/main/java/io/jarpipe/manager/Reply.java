package io.jarpipe.manager;

import io.jarpipe.MpBrokenBarrierException;
import io.jarpipe.ProtocolException;
import io.jarpipe.PyException;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A server's reply {@code (kind, value)} (CPython 3.8 - 3.15, {@code Lib/multiprocessing/managers.py},
 * {@code Server.serve_client} and {@code convert_to_error}).
 *
 * @param kind {@code #RETURN}, {@code #ERROR} and so on
 * @param value what was returned, raised or told
 */
record Reply(String kind, @Nullable Object value) {
    static Reply of(byte[] pickle, PickleCodec codec) throws IOException {
        if (codec.decode(pickle) instanceof PyTuple reply && reply.size() == 2 && reply.get(0) instanceof String kind) {
            return new Reply(kind, reply.get(1));
        }
        throw new ProtocolException("a reply is a tuple (kind, value)");
    }

    /** Tells whether the call was given up, and nothing has come of it. */
    boolean isGivenUp() {
        return isError("GivenUp");
    }

    /** Tells whether the method raised this exception, given by its name without the module. */
    boolean isError(String name) {
        if (!kind.equals("#ERROR")) {
            return false;
        }
        String type = error().type();
        return type.substring(type.lastIndexOf('.') + 1).equals(name);
    }

    /**
     * Returns what the method returned.
     *
     * @throws PyException when it raised something, or the server could not carry it out
     */
    @Nullable
    Object returned() throws ProtocolException {
        return switch (kind) {
            case "#RETURN" -> value;
            case "#ERROR" -> throw error();
            case "#TRACEBACK", "#UNSERIALIZABLE" ->
                throw new PyException("multiprocessing.managers.RemoteError", PyTuple.of(value), String.valueOf(value));
            default -> throw new ProtocolException("a reply of the kind " + kind + " was not expected");
        };
    }

    /** Returns what the method returned, or raises what a local lock, condition or barrier would. */
    @Nullable
    Object result() throws ProtocolException {
        try {
            return returned();
        } catch (PyException e) {
            String message = e.args().size() == 1 ? String.valueOf(e.args().get(0)) : e.type();
            switch (e.type()) {
                case "ValueError" -> throw new IllegalStateException(message, e);
                case "AssertionError" -> {
                    IllegalMonitorStateException notOwner = new IllegalMonitorStateException(message);
                    notOwner.initCause(e);
                    throw notOwner;
                }
                case "threading.BrokenBarrierError" ->
                    throw new MpBrokenBarrierException("the barrier is broken, or was reset while this party waited");
                default -> throw e;
            }
        }
    }

    /** Returns the number that the method returned. */
    int number() throws ProtocolException {
        if (result() instanceof Long number) {
            return Math.toIntExact(number);
        }
        throw new ProtocolException("a reply with a number was expected");
    }

    /** Tells whether the method returned this. */
    boolean isReturned(boolean expected) {
        return kind.equals("#RETURN") && Boolean.valueOf(expected).equals(value);
    }

    /** Returns what was raised, with the Java stack trace of this call. */
    private PyException error() {
        return switch (value) {
            case PyException raised -> new PyException(raised.type(), raised.args(), raised.traceback());
            case PyObject raised -> new PyException(raised.className(), raised.args(), null);
            case null, default -> new PyException("Exception", PyTuple.of(value), null);
        };
    }
}
