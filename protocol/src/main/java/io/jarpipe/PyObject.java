package io.jarpipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Python object without a Java counterpart, kept as the recipe by which Python builds it.
 *
 * <p>The recipe is what a pickle says: call or instantiate something with arguments, then append, set items and set the
 * state. Nothing of it runs in Java, and encoding replays it verbatim, so that the object goes back to Python
 * unchanged. Beware: forwarding such an object from one Python process to another runs in the second what its author
 * chose.
 *
 * <p>Two objects are equal when their recipes are; cycles are allowed. The methods that change the recipe are for
 * codecs and for those who build an object to send; the object is not thread-safe while they are in use and should be
 * left alone afterwards.
 */
public final class PyObject {
    /** How Python makes the object before its state is set; named like the pickle opcodes. */
    public enum Kind {
        /** Calls {@code callable(*args)}. */
        REDUCE,
        /** Calls {@code callable.__new__(callable, *args)}. */
        NEWOBJ,
        /** Calls {@code callable.__new__(callable, *args, **kwargs)}. */
        NEWOBJ_EX
    }

    private final Kind kind;
    private final Object callable;
    private final PyTuple args;
    private final Map<String, @Nullable Object> kwargs;
    // Empty and immutable until the first item comes, which it does in few objects.
    private List<@Nullable Object> listItems = Collections.emptyList();
    private List<@Nullable Object> setItems = Collections.emptyList();
    private Map<@Nullable Object, @Nullable Object> dictItems = Collections.emptyMap();
    private boolean built;
    private @Nullable Object state;
    private @Nullable Object stateSetter;

    private PyObject(Kind kind, Object callable, PyTuple args, Map<String, @Nullable Object> kwargs) {
        if (!(callable instanceof PyGlobal) && !(callable instanceof PyObject)) {
            throw new IllegalArgumentException(
                    "callable: " + callable.getClass().getName() + " (expected: PyGlobal or PyObject)");
        }
        this.kind = kind;
        this.callable = callable;
        this.args = Objects.requireNonNull(args, "args");
        this.kwargs = kwargs;
    }

    /**
     * Makes an object that Python builds by a call.
     *
     * @param callable what is called: a {@link PyGlobal} or a {@link PyObject}
     * @param args the positional arguments
     * @return the object, its recipe still open
     */
    public static PyObject reduce(Object callable, PyTuple args) {
        return new PyObject(Kind.REDUCE, callable, args, Map.of());
    }

    /**
     * Makes an instance that Python builds by {@code cls.__new__}, the usual way for instances of classes.
     *
     * @param cls the class: a {@link PyGlobal} or a {@link PyObject}
     * @param args the arguments after the class
     * @return the object, its recipe still open
     */
    public static PyObject newObject(Object cls, PyTuple args) {
        return new PyObject(Kind.NEWOBJ, cls, args, Map.of());
    }

    /**
     * Makes an instance that Python builds by {@code cls.__new__} with keyword arguments.
     *
     * @param cls the class: a {@link PyGlobal} or a {@link PyObject}
     * @param args the positional arguments after the class
     * @param kwargs the keyword arguments, copied in order
     * @return the object, its recipe still open
     */
    public static PyObject newObjectEx(Object cls, PyTuple args, Map<String, ?> kwargs) {
        return new PyObject(Kind.NEWOBJ_EX, cls, args, Collections.unmodifiableMap(new LinkedHashMap<>(kwargs)));
    }

    /**
     * Sets the state, which Python hands to {@code __setstate__} or puts into the instance's dictionary.
     *
     * @param newState the state, mostly a map or a tuple
     * @return this object
     * @throws IllegalStateException if a state is already there
     */
    public PyObject build(@Nullable Object newState) {
        if (built) {
            throw new IllegalStateException("state of " + className() + " is already set");
        }
        built = true;
        state = newState;
        return this;
    }

    /**
     * Sets the state together with the function that applies it, as {@code __reduce__} with six items does.
     *
     * @param setter called by Python as {@code setter(object, state)}: a {@link PyGlobal} or a {@link PyObject}
     * @param newState the state
     * @return this object
     * @throws IllegalStateException if a state is already there
     */
    public PyObject buildBy(Object setter, @Nullable Object newState) {
        build(newState);
        stateSetter = setter;
        return this;
    }

    /**
     * Adds an item as {@code list.append} does.
     *
     * @param item the item
     * @return this object
     */
    public PyObject append(@Nullable Object item) {
        if (listItems.isEmpty()) {
            listItems = new ArrayList<>();
        }
        listItems.add(item);
        return this;
    }

    /**
     * Adds an element as {@code set.add} does.
     *
     * @param item the element
     * @return this object
     */
    public PyObject add(@Nullable Object item) {
        if (setItems.isEmpty()) {
            setItems = new ArrayList<>();
        }
        setItems.add(item);
        return this;
    }

    /**
     * Sets an item as {@code object[key] = value} does.
     *
     * @param key the key
     * @param value the value
     * @return this object
     */
    public PyObject setItem(@Nullable Object key, @Nullable Object value) {
        if (dictItems.isEmpty()) {
            dictItems = new LinkedHashMap<>();
        }
        dictItems.put(key, value);
        return this;
    }

    /**
     * Returns how the object is made.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Returns what is called or instantiated.
     *
     * @return a {@link PyGlobal} or a {@link PyObject}
     */
    public Object callable() {
        return callable;
    }

    /**
     * Returns the positional arguments.
     *
     * @return the arguments
     */
    public PyTuple args() {
        return args;
    }

    /**
     * Returns the keyword arguments.
     *
     * @return an unmodifiable map in order; empty unless the kind is {@link Kind#NEWOBJ_EX}
     */
    public Map<String, @Nullable Object> kwargs() {
        return kwargs;
    }

    /**
     * Says whether a state was set, even if it is null.
     *
     * @return true if so
     */
    public boolean hasState() {
        return built;
    }

    /**
     * Returns the state.
     *
     * @return the state; null for {@code None} and when there is none
     */
    public @Nullable Object state() {
        return state;
    }

    /**
     * Returns what applies the state, if that is not the object itself.
     *
     * @return a {@link PyGlobal} or a {@link PyObject}, or null
     */
    public @Nullable Object stateSetter() {
        return stateSetter;
    }

    /**
     * Returns the items of a subclass of list.
     *
     * @return those added so far, in order; unmodifiable
     */
    public List<@Nullable Object> listItems() {
        return listItems.isEmpty() ? listItems : Collections.unmodifiableList(listItems);
    }

    /**
     * Returns the elements added like to a set.
     *
     * @return those added so far, in order; unmodifiable
     */
    public List<@Nullable Object> setItems() {
        return setItems.isEmpty() ? setItems : Collections.unmodifiableList(setItems);
    }

    /**
     * Returns the items of a subclass of dict.
     *
     * @return those set so far, in order; unmodifiable
     */
    public Map<@Nullable Object, @Nullable Object> dictItems() {
        return dictItems.isEmpty() ? dictItems : Collections.unmodifiableMap(dictItems);
    }

    /**
     * Returns the full name of the class, or of the function that makes the object.
     *
     * @return for example {@code multiprocessing.synchronize.Lock} or
     *     {@code multiprocessing.connection.rebuild_connection}
     */
    public String className() {
        Object named = isCopyregHelper() ? args.get(0) : callable;
        return named instanceof PyGlobal global ? global.toString() : "object made by a call";
    }

    private boolean isCopyregHelper() {
        return callable instanceof PyGlobal global
                && global.module().equals("copyreg")
                && (global.qualname().equals("_reconstructor")
                        || global.qualname().equals("__newobj__"))
                && !args.isEmpty();
    }

    /**
     * Returns the attributes by name.
     *
     * @return the state if it is a dict, both halves merged if it is the pair that classes with {@code __slots__} use,
     *     else an empty map; a copy
     */
    public Map<String, @Nullable Object> stateMap() {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        if (state instanceof PyTuple pair && pair.size() == 2) {
            putAttributes(attributes, pair.get(0));
            putAttributes(attributes, pair.get(1));
        } else {
            putAttributes(attributes, state);
        }
        return attributes;
    }

    private static void putAttributes(Map<String, @Nullable Object> attributes, @Nullable Object dict) {
        if (dict instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (entry.getKey() instanceof String name) {
                    attributes.put(name, entry.getValue());
                }
            }
        }
    }

    /**
     * Returns the state of classes whose {@code __getstate__} returns a tuple, as most of multiprocessing's do.
     *
     * @return the state if it is a tuple, else an empty tuple
     */
    public PyTuple stateTuple() {
        return state instanceof PyTuple tuple ? tuple : PyTuple.of();
    }

    /**
     * Returns the items of an object that is like a dict: {@code OrderedDict}, {@code defaultdict}, {@code Counter},
     * any subclass of dict.
     *
     * @return an unmodifiable view in order; empty for other objects
     */
    public Map<@Nullable Object, @Nullable Object> asMap() {
        return PyObjectViews.map(this);
    }

    /**
     * Returns the elements of an object that is like a list: {@code deque}, a namedtuple, any subclass of list, tuple
     * or set. A subclass of another builtin type has its value as the only element.
     *
     * @return an unmodifiable view in order; empty for other objects
     */
    public List<@Nullable Object> asList() {
        return PyObjectViews.list(this);
    }

    /**
     * Returns the path of a {@code pathlib} object for POSIX systems.
     *
     * @return the path; empty for other objects
     */
    public Optional<Path> asPath() {
        return PyObjectViews.path(this);
    }

    /**
     * Returns the object as an exception that can be thrown; for exceptions of classes that Java does not know.
     *
     * @return a view of this object
     */
    public PyException asException() {
        return PyException.of(this);
    }

    /**
     * Compares the recipes; the order of items counts.
     *
     * @param other the other object
     * @return true if Python would build both in the same way
     */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof PyObject object && new PyObjectEquality().equal(this, object));
    }

    /**
     * Returns a hash of the class, the plain arguments and the plain parts of the state; it does not follow references,
     * so cycles do no harm.
     *
     * @return the hash; it changes when the state is set
     */
    @Override
    public int hashCode() {
        int hash = 31 * kind.hashCode() + (callable instanceof PyGlobal global ? global.hashCode() : 1);
        return 31 * (31 * hash + PyObjectEquality.shallowHash(args)) + PyObjectEquality.shallowHash(state);
    }

    /**
     * Names the class and the sizes of the parts, never the content.
     *
     * @return a short text
     */
    @Override
    public String toString() {
        return "PyObject[" + className() + " " + kind + ", " + args.size() + " args" + (built ? ", state]" : "]");
    }
}
