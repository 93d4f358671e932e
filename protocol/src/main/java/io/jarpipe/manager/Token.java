package io.jarpipe.manager;

import io.jarpipe.MpAddress;
import io.jarpipe.MpSharingException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.nio.charset.StandardCharsets;

// How a proxy is pickled, CPython 3.8 - 3.15, Lib/multiprocessing/managers.py, BaseProxy.__reduce__
// --------------------------------------------------------------------------------------------------
//   RebuildProxy(AutoProxy or the proxy's class, Token, 'pickle', {'exposed': (...), ...})
//   Token, state (typeid, address, id); an abstract address comes as bytes

/**
 * Where an object is that a manager's server holds.
 *
 * @param typeid what it is, a name on which server and client agree
 * @param address where the server listens
 * @param id the server's name for the object
 */
public record Token(String typeid, MpAddress address, String id) {
    /** What a pickled proxy calls. */
    public static final PyGlobal REBUILD_PROXY = new PyGlobal("multiprocessing.managers", "RebuildProxy");

    /**
     * Reads the recipe of a proxy.
     *
     * @param proxy a call of {@link #REBUILD_PROXY}
     * @return its token
     * @throws MpSharingException when it does not have the form that CPython gives it
     */
    public static Token ofProxy(PyObject proxy) throws MpSharingException {
        if (proxy.args().size() >= 3
                && proxy.args().get(1) instanceof PyObject token
                && "pickle".equals(proxy.args().get(2))) {
            PyTuple state = token.stateTuple();
            if (state.size() == 3 && state.get(0) instanceof String typeid && state.get(2) instanceof String id) {
                return new Token(typeid, address(state), id);
            }
        }
        throw malformed();
    }

    private static MpAddress address(PyTuple state) throws MpSharingException {
        try {
            return switch (state.get(1)) {
                case String path -> MpAddress.of(path);
                case byte[] name -> MpAddress.of(new String(name, StandardCharsets.UTF_8));
                case PyTuple tcp
                when tcp.size() == 2 && tcp.get(0) instanceof String host && tcp.get(1) instanceof Long port ->
                    new MpAddress.Tcp(host, Math.toIntExact(port));
                case null, default -> throw malformed();
            };
        } catch (IllegalArgumentException | ArithmeticException noAddress) {
            throw malformed();
        }
    }

    private static MpSharingException malformed() {
        return MpSharingException.malformed(REBUILD_PROXY.toString(), "a Token of three elements, and 'pickle'");
    }
}
