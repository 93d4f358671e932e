package io.jarpipe.pickle;

import io.jarpipe.MpSharingException;
import io.jarpipe.PickleException;
import io.jarpipe.binding.Wanted;
import org.jspecify.annotations.Nullable;

/**
 * Turns pickles into Java values and back.
 *
 * <p>Implementations are thread-safe and keep nothing between messages. Decoding runs nothing: classes and functions
 * stay names, and objects without a Java counterpart stay recipes. A value that was decoded and is encoded again
 * arrives in Python unchanged, with its sharing and its cycles.
 *
 * <table>
 *   <caption>Python and Java</caption>
 *   <thead>
 *     <tr><th>Python</th><th>Java, decoded</th><th>Java, also encoded as this</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>{@code None}</td><td>null</td><td>empty {@code Optional}</td></tr>
 *     <tr><td>{@code bool}</td><td>{@code Boolean}</td><td></td></tr>
 *     <tr><td>{@code int}</td><td>{@code Long}, beyond 64 bit {@code BigInteger}</td><td>{@code Byte}, {@code Short}, {@code
 *     Integer}</td></tr>
 *     <tr><td>{@code float}</td><td>{@code Double}</td><td>{@code Float}</td></tr>
 *     <tr><td>{@code complex}</td><td>{@link io.jarpipe.PyComplex}</td><td></td></tr>
 *     <tr><td>{@code str}</td><td>{@code String}</td><td>{@code Character}; an enum constant as its {@code name()}</td></tr>
 *     <tr><td>{@code bytes}</td><td>{@code byte[]}; as a key or set element {@link io.jarpipe.PyBytes}</td><td>what remains in
 *     a {@code ByteBuffer}</td></tr>
 *     <tr><td>{@code bytearray}</td><td>{@link io.jarpipe.PyByteArray}</td><td></td></tr>
 *     <tr><td>{@code list}</td><td>{@code ArrayList}</td><td>any {@code Collection} that is none of the others; {@code boolean[]},
 *     {@code char[]}</td></tr>
 *     <tr><td>{@code tuple}</td><td>{@link io.jarpipe.PyTuple}</td><td>{@code Object[]}; a {@code List} as a key</td></tr>
 *     <tr><td>{@code dict}</td><td>{@link io.jarpipe.dict.PyDict}, a {@code Map} in the order of the dict</td><td>any
 *     {@code Map}; a record by its component names</td></tr>
 *     <tr><td>{@code set}</td><td>{@code LinkedHashSet}</td><td>any {@code Set}</td></tr>
 *     <tr><td>{@code frozenset}</td><td>{@link io.jarpipe.PyFrozenSet}</td><td>a {@code Set} as a key</td></tr>
 *     <tr><td>class or function by name</td><td>{@link io.jarpipe.PyGlobal}</td><td></td></tr>
 *     <tr><td>{@code date}</td><td>{@code LocalDate}</td><td></td></tr>
 *     <tr><td>{@code datetime}, naive</td><td>{@code LocalDateTime}; {@link io.jarpipe.PyDateTime} with {@code
 *     fold=1}</td><td></td></tr>
 *     <tr><td>{@code datetime} with a nameless {@code timezone} of whole seconds within 18 hours</td><td>{@code
 *     OffsetDateTime}</td><td>{@code Instant}, {@code java.util.Date}</td></tr>
 *     <tr><td>{@code datetime} with a {@code ZoneInfo} that Java knows, and a local time that exists</td><td>{@code
 *     ZonedDateTime}</td><td></td></tr>
 *     <tr><td>{@code datetime}, any other</td><td>{@link io.jarpipe.PyDateTime}</td><td></td></tr>
 *     <tr><td>{@code time}</td><td>{@code LocalTime}, {@code OffsetTime} or {@link io.jarpipe.PyTime}</td><td></td></tr>
 *     <tr><td>{@code timedelta}</td><td>{@code Duration}</td><td></td></tr>
 *     <tr><td>{@code Decimal}</td><td>{@code BigDecimal}; {@link io.jarpipe.PyDecimal} if not finite, {@code -0}, or of
 *     an exponent beyond 32 bits or more than 4300 characters</td><td></td></tr>
 *     <tr><td>{@code UUID}</td><td>{@code java.util.UUID}; {@code PyObject} with {@code is_safe}</td><td></td></tr>
 *     <tr><td>{@code array.array}</td><td>{@link io.jarpipe.PyArray}</td><td>{@code short[]}, {@code int[]}, {@code
 *     long[]}, {@code float[]}, {@code double[]}</td></tr>
 *     <tr><td>exception of {@code builtins}, {@code queue} or multiprocessing</td><td>{@link
 *     io.jarpipe.PyException}</td><td>{@code Throwable}: the builtin that says the same, with the Java stack trace as its
 *     cause</td></tr>
 *     <tr><td>exception with its traceback, from a pool's worker</td><td>{@link io.jarpipe.PyException} of any
 *     class</td><td></td></tr>
 *     <tr><td>numpy array or scalar</td><td>{@code PyObject}, to be read by {@link io.jarpipe.NdArray}</td><td>{@link
 *     io.jarpipe.NdArray}</td></tr>
 *     <tr><td>{@code pathlib.Path}</td><td>{@code PyObject}, see {@code asPath()}</td><td>{@code Path}, {@code
 *     File}</td></tr>
 *     <tr><td>any other object</td><td>{@link io.jarpipe.PyObject}</td><td></td></tr>
 *   </tbody>
 * </table>
 *
 * <p>Strings keep lone surrogates; only two of them that happen to form a pair become one character. Where Java tells
 * keys apart that are one key in Python (1, 1.0 and true; decimals 1.0 and 1.00; the same instant in two zones), Python
 * keeps the last; two NaN keys are one key in Java. Times are cut to microseconds, and what Python's range does not
 * hold is refused. Two times that shared one fixed {@code timezone} object have equal ones afterwards,
 * {@code timezone.utc} and {@code ZoneInfo} stay the one object that they are; CPython 3.8 has no {@code zoneinfo}, for
 * it use {@code PyTypes.withFixedOffsets()}.
 */
public interface PickleCodec {
    /**
     * Decodes one pickle of any protocol from 0 to 5; bytes after its end are ignored, as CPython does.
     *
     * @param pickle the pickle; not changed, not kept
     * @return the value
     * @throws PickleException if the pickle is malformed, or needs what multiprocessing never uses: persistent ids,
     *     extension codes, out-of-band buffers
     * @throws MpSharingException if it holds a connection, queue, lock or socket that cannot be had; only a codec that
     *     attaches to such things does that
     */
    @Nullable
    Object decode(byte[] pickle) throws PickleException, MpSharingException;

    /**
     * Decodes one pickle for a purpose, which may save a step.
     *
     * @param pickle the pickle; not changed; kept by a buffer that was wanted
     * @param wanted what will be made of the value: one of certain items may be read faster; instead of a
     *     {@code byte[]} a buffer may be one already, read-only
     * @return the value
     * @throws PickleException as {@link #decode(byte[])} does
     * @throws MpSharingException as {@link #decode(byte[])} does
     */
    default @Nullable Object decode(byte[] pickle, Wanted wanted) throws PickleException, MpSharingException {
        return decode(pickle);
    }

    /**
     * Encodes a value so that CPython 3.8 and newer can load it.
     *
     * @param value the value; must not change meanwhile
     * @return the pickle
     * @throws PickleException if the value, or one inside it, has no counterpart in Python; the message names its type
     *     and the path to it
     */
    default byte[] encode(@Nullable Object value) throws PickleException {
        return encode(value, Reducer.NONE);
    }

    /**
     * Encodes a value that may hold objects which somebody else turns into recipes.
     *
     * @param value the value; must not change meanwhile
     * @param reducer is asked for the recipe of each object that has no counterpart in Python, once per object
     * @return the pickle
     * @throws PickleException if the value, or one inside it, has no counterpart in Python and the reducer knows none;
     *     or with the reducer's failure as its cause
     */
    byte[] encode(@Nullable Object value, Reducer reducer) throws PickleException;

    /**
     * Learns that a pickle will not be sent after all: what was kept open for its receiver can be closed.
     *
     * @param pickle what {@link #encode(Object)} returned
     */
    default void discard(byte[] pickle) {}
}
