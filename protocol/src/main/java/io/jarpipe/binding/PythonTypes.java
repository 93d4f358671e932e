package io.jarpipe.binding;

import io.jarpipe.MpBarrier;
import io.jarpipe.MpBoundedSemaphore;
import io.jarpipe.MpCondition;
import io.jarpipe.MpConnection;
import io.jarpipe.MpEvent;
import io.jarpipe.MpJoinableQueue;
import io.jarpipe.MpLock;
import io.jarpipe.MpQueue;
import io.jarpipe.MpRLock;
import io.jarpipe.MpSemaphore;
import io.jarpipe.MpSimpleQueue;
import io.jarpipe.MpSocket;
import io.jarpipe.PyArray;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyComplex;
import io.jarpipe.PyDateTime;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyException;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTime;
import io.jarpipe.PyTuple;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
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
            case BigDecimal d -> "decimal.Decimal";
            case PyDecimal d -> "decimal.Decimal";
            case LocalDate d -> "datetime.date";
            case LocalTime t -> "datetime.time";
            case OffsetTime t -> "datetime.time";
            case PyTime t -> "datetime.time";
            case LocalDateTime t -> "datetime.datetime";
            case OffsetDateTime t -> "datetime.datetime";
            case ZonedDateTime t -> "datetime.datetime";
            case PyDateTime t -> "datetime.datetime";
            case Duration d -> "datetime.timedelta";
            case UUID u -> "uuid.UUID";
            case PyArray a -> "array.array";
            case PyException e -> e.type();
            case PyObject o -> o.className();
            case PyGlobal g -> g.toString();
            case MpJoinableQueue<?> q -> "multiprocessing.queues.JoinableQueue";
            case MpSimpleQueue<?> q -> "multiprocessing.queues.SimpleQueue";
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
