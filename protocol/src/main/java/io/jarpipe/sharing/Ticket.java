package io.jarpipe.sharing;

import io.jarpipe.MpAddress;
import io.jarpipe.MpSharingException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a pickle holds in the place of a descriptor: where it can be fetched, once.
 *
 * <p>In Python it is a {@code multiprocessing.resource_sharer.DupFd} with the state {@code {'_id': (address, key)}}
 * (CPython 3.8 - 3.15, {@code Lib/multiprocessing/resource_sharer.py}).
 *
 * @param address the Unix socket of the process that keeps the descriptor: a path
 * @param key the number under which it is kept there
 */
record Ticket(String address, long key) {
    static final String TYPE = "multiprocessing.resource_sharer.DupFd";

    private static final PyGlobal DUP_FD = new PyGlobal("multiprocessing.resource_sharer", "DupFd");
    private static final String STATE = "_id";

    static Ticket of(PyObject dupFd) throws MpSharingException {
        if (dupFd.stateMap().get(STATE) instanceof PyTuple id
                && id.size() == 2
                && id.get(0) instanceof String address
                && id.get(1) instanceof Long key) {
            return new Ticket(address, key);
        }
        throw MpSharingException.malformed(TYPE, "the address of a Unix socket and a number as _id");
    }

    static boolean isTicket(PyObject object) {
        return object.callable().equals(DUP_FD);
    }

    PyObject toPython() {
        return PyObject.newObject(DUP_FD, PyTuple.of()).build(Map.of(STATE, PyTuple.of(address, key)));
    }

    /** Returns where to connect to. */
    MpAddress listener() throws MpSharingException {
        try {
            return address.startsWith("\0")
                    ? new MpAddress.Abstract(address.substring(1))
                    : new MpAddress.UnixPath(Path.of(address));
        } catch (IllegalArgumentException noAddress) {
            throw MpSharingException.malformed(TYPE, "the path of a Unix socket in _id");
        }
    }
}
