package io.jarpipe.binding;

import io.jarpipe.MpBarrier;
import io.jarpipe.MpBoundedSemaphore;
import io.jarpipe.MpCondition;
import io.jarpipe.MpConnection;
import io.jarpipe.MpEvent;
import io.jarpipe.MpLock;
import io.jarpipe.MpQueue;
import io.jarpipe.MpRLock;
import io.jarpipe.MpSemaphore;
import io.jarpipe.MpSocket;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyComplex;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names the Python type that an unpickled value had, for messages to people who wrote it in Python. */
public final class PythonTypes {
    private PythonTypes() {}

    /**
     * Returns the name of a value's Python type.
     *
     * @param value a value as {@code PickleCodec} decodes it, or an attached endpoint
     * @return the qualified name, without {@code builtins}
     */
    public static String nameOf(@Nullable Object value) {
        return switch (value) {
            case null -> "NoneType";
            case Boolean b -> "bool";
            case Long n -> "int";
            case BigInteger n -> "int";
            case Double d -> "float";
            case String s -> "str";
            case byte[] b -> "bytes";
            case PyBytes b -> "bytes";
            case PyByteArray b -> "bytearray";
            case PyComplex c -> "complex";
            case PyTuple t -> "tuple";
            case List<?> l -> "list";
            case Map<?, ?> m -> "dict";
            case PyFrozenSet s -> "frozenset";
            case Set<?> s -> "set";
            case PyObject o -> o.className();
            case PyGlobal g -> g.toString();
            case MpQueue<?> q -> "multiprocessing.queues.Queue";
            case MpConnection c -> "multiprocessing.connection.Connection";
            case MpSocket s -> "socket.socket";
            case MpLock l -> "multiprocessing.synchronize.Lock";
            case MpRLock l -> "multiprocessing.synchronize.RLock";
            case MpBoundedSemaphore s -> "multiprocessing.synchronize.BoundedSemaphore";
            case MpSemaphore s -> "multiprocessing.synchronize.Semaphore";
            case MpCondition c -> "multiprocessing.synchronize.Condition";
            case MpEvent e -> "multiprocessing.synchronize.Event";
            case MpBarrier b -> "multiprocessing.synchronize.Barrier";
            default -> value.getClass().getName();
        };
    }
}
