package io.jarpipe.pickle;

import io.jarpipe.MpSharingException;
import io.jarpipe.PickleException;
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
 *     <tr><td>{@code bytes}</td><td>{@code byte[]}; as a key or set element {@link io.jarpipe.PyBytes}</td><td></td></tr>
 *     <tr><td>{@code bytearray}</td><td>{@link io.jarpipe.PyByteArray}</td><td></td></tr>
 *     <tr><td>{@code list}</td><td>{@code ArrayList}</td><td>any {@code Collection} that is none of the others; {@code boolean[]},
 *     {@code short[]}, {@code int[]}, {@code long[]}, {@code char[]}, {@code float[]}, {@code double[]}</td></tr>
 *     <tr><td>{@code tuple}</td><td>{@link io.jarpipe.PyTuple}</td><td>{@code Object[]}; a {@code List} as a key</td></tr>
 *     <tr><td>{@code dict}</td><td>{@code LinkedHashMap}</td><td>any {@code Map}; a record by its component names</td></tr>
 *     <tr><td>{@code set}</td><td>{@code LinkedHashSet}</td><td>any {@code Set}</td></tr>
 *     <tr><td>{@code frozenset}</td><td>{@link io.jarpipe.PyFrozenSet}</td><td>a {@code Set} as a key</td></tr>
 *     <tr><td>class or function by name</td><td>{@link io.jarpipe.PyGlobal}</td><td></td></tr>
 *     <tr><td>any other object</td><td>{@link io.jarpipe.PyObject}</td><td></td></tr>
 *     <tr><td>builtin exception</td><td>{@code PyObject}</td><td>{@code Throwable}</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>Strings keep lone surrogates; only two of them that happen to form a pair become one character. Where Java tells
 * keys apart that are one key in Python (1, 1.0 and true), Python keeps the last; two NaN keys are one key in Java.
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
