package io.jarpipe.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpQueue;
import io.jarpipe.MpTypeException;
import io.jarpipe.PickleException;
import io.jarpipe.PyClass;
import io.jarpipe.PyEnum;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyName;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.binding.Classes.Box;
import io.jarpipe.binding.Classes.Circle;
import io.jarpipe.binding.Classes.Colour;
import io.jarpipe.binding.Classes.Mode;
import io.jarpipe.binding.Classes.Named;
import io.jarpipe.binding.Classes.Node;
import io.jarpipe.binding.Classes.Options;
import io.jarpipe.binding.Classes.Point;
import io.jarpipe.binding.Classes.Shape;
import io.jarpipe.pickle.RazorvineCodec;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class BindingTest {
    private static final String MODULE = "binding_classes";

    /** Types to read by reflection. */
    private record Declared(
            List<Point> points,
            Map<String, List<Point>> table,
            Set<Point> set,
            Box<Point> box,
            Tree<Long> tree,
            List<Point>[] arrays,
            MpQueue<Endless<Long>> endless) {}

    record Tree<T>(T value, List<Tree<T>> children) {}

    record Endless<T>(Endless<List<T>> next) {}

    record Positive(int number) {
        Positive {
            if (number < 0) {
                throw new IllegalArgumentException("negative");
            }
        }
    }

    sealed interface Ambiguous permits One, Two {}

    @PyClass("m.Same")
    record One() implements Ambiguous {}

    @PyClass("m.Same")
    record Two() implements Ambiguous {}

    sealed interface Odd permits Text {}

    static final class Text implements Odd {}

    @PyClass("nomodule")
    record Nameless() {}

    record Doubled(int a, @PyName("a") int b) {}

    @PyClass("m.Twice")
    enum Twice implements PyEnum {
        A,
        B;

        @Override
        public Object pyValue() {
            return 1;
        }
    }

    @PyClass("m.Valueless")
    enum Valueless {
        A
    }

    enum Plain {
        A,
        @PyName("b")
        B
    }

    private static Type declared(String name) {
        return Arrays.stream(Declared.class.getRecordComponents())
                .filter(component -> component.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getGenericType();
    }

    private static PyObject instance(String name, Object... attributes) {
        Map<String, Object> state = new LinkedHashMap<>();
        for (int i = 0; i < attributes.length; i += 2) {
            state.put((String) attributes[i], attributes[i + 1]);
        }
        return PyObject.newObject(new PyGlobal(MODULE, name), PyTuple.of()).build(state);
    }

    private static PyObject point(Object x, Object y) {
        return instance("Point", "x", x, "y", y);
    }

    private static Object convert(Type type, Object value) throws MpTypeException {
        return Converters.of(type).convert(value, "item");
    }

    private static void assertRefused(Type type, Object value, String message) {
        assertThatThrownBy(() -> convert(type, value))
                .isInstanceOf(MpTypeException.class)
                .hasMessage(message.replace("Java ~", "Java " + Classes.class.getTypeName() + "$"));
    }

    private static void assertUnusable(Type type, String message) {
        assertThatThrownBy(() -> Converters.of(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void reads_attributes_in_any_order() throws Exception {
        assertThat(convert(Point.class, point(1.0, 2L))).isEqualTo(new Point(1, 2));
        assertThat(convert(Point.class, instance("Point", "y", 2.0, "x", 1.0))).isEqualTo(new Point(1, 2));
        assertThat(convert(Point.class, null)).isNull();
    }

    @Test
    void reads_records_in_containers() throws Exception {
        assertThat(convert(declared("points"), Arrays.asList(point(1.0, 2.0), null)))
                .isEqualTo(Arrays.asList(new Point(1, 2), null));
        assertThat(convert(declared("table"), Map.of("a", List.of(point(1.0, 2.0)))))
                .isEqualTo(Map.of("a", List.of(new Point(1, 2))));
        assertThat(convert(declared("set"), Set.of(point(1.0, 2.0)))).isEqualTo(Set.of(new Point(1, 2)));
        assertThat((Point[]) convert(Point[].class, List.of(point(1.0, 2.0)))).containsExactly(new Point(1, 2));
        assertThat((List<?>[]) convert(declared("arrays"), List.of(List.of(point(1.0, 2.0)))))
                .containsExactly(List.of(new Point(1, 2)));
        assertThat(convert(declared("box"), Map.of("content", point(1.0, 2.0), "more", List.of())))
                .isEqualTo(new Box<>(new Point(1, 2), List.of()));
    }

    @Test
    void names_missing_and_unexpected_fields() {
        assertRefused(
                Point.class,
                instance("Point", "x", 1.0),
                "item: Python binding_classes.Point cannot be a Java ~Point: attributes 'y' are missing");
        assertRefused(
                Point.class,
                instance("Point", "x", 1.0, "z", 1.0, "y", 2.0),
                "item: Python binding_classes.Point cannot be a Java ~Point:"
                        + " it has no components for the attributes 'z'");
        assertRefused(
                Options.class,
                Map.of("dept", 1L),
                "item: Python dict cannot be a Java ~Options: keys 'depth', 'mode' are missing; unexpected are 'dept'");
        assertRefused(
                Named.class,
                PyObject.newObject(new PyGlobal(MODULE, "Named"), PyTuple.of(1.0, 2.0, 3.0)),
                "item: Python binding_classes.Named cannot be a Java ~Named:"
                        + " it has 3 fields, the record 2 components");
    }

    @Test
    void names_the_way_to_what_does_not_fit() {
        assertRefused(
                declared("points"),
                List.of(point(1.0, 2.0), point("no", 2.0)),
                "item[1].x: Python str cannot be a Java double");
        assertRefused(
                declared("table"),
                Map.of("k", List.of(point(1.0, null))),
                "item[k][0].y: Python NoneType cannot be a Java double: a primitive cannot be None");
        assertRefused(
                Circle.class,
                instance("Circle", "centre", point(1.0, true), "radius", 1.0),
                "item.centre.y: Python bool cannot be a Java double");
    }

    @Test
    void refuses_other_classes() {
        assertRefused(
                Point.class,
                instance("Frozen", "x", 1.0, "y", 2.0),
                "item: Python binding_classes.Frozen cannot be a Java ~Point: it stands for binding_classes.Point");
        assertRefused(
                Point.class,
                Map.of("x", 1.0, "y", 2.0),
                "item: Python dict cannot be a Java ~Point: it stands for binding_classes.Point");
        assertRefused(
                Options.class,
                point(1.0, 2.0),
                "item: Python binding_classes.Point cannot be a Java ~Options:"
                        + " it wants a dict; for a class, name it with @PyClass");
    }

    @Test
    void refuses_instances_in_forms_of_their_own() {
        PyGlobal cls = new PyGlobal(MODULE, "Point");
        for (PyObject strange : List.of(
                PyObject.newObject(cls, PyTuple.of()).append(1L),
                PyObject.newObject(cls, PyTuple.of()).setItem("x", 1.0),
                PyObject.newObject(cls, PyTuple.of(1.0, 2.0)).build(Map.of("x", 1.0)),
                PyObject.newObject(cls, PyTuple.of()).build(7L),
                PyObject.newObject(cls, PyTuple.of()).build(null),
                PyObject.newObject(cls, PyTuple.of()).build(PyTuple.of(1.0, 2.0)),
                PyObject.newObject(cls, PyTuple.of()).buildBy(cls, Map.of("x", 1.0, "y", 1.0)),
                PyObject.newObjectEx(cls, PyTuple.of(), Map.of("x", 1.0)),
                PyObject.reduce(
                        new PyGlobal("copyreg", "_reconstructor"),
                        PyTuple.of(cls, new PyGlobal("builtins", "int"), 7L)))) {
            assertThatThrownBy(() -> convert(Point.class, strange)).isInstanceOf(MpTypeException.class);
        }
    }

    @Test
    void reports_what_a_constructor_throws() {
        assertThatThrownBy(() -> convert(Positive.class, Map.of("number", -1L)))
                .isInstanceOf(MpTypeException.class)
                .hasMessageEndingWith("its constructor refuses: java.lang.IllegalArgumentException: negative")
                .hasRootCauseMessage("negative");
    }

    @Test
    void chooses_the_record_by_the_python_class() throws Exception {
        PyObject circle = instance("Circle", "centre", point(0.0, 0.0), "radius", 1.0);
        assertThat(convert(Shape.class, circle)).isEqualTo(new Circle(new Point(0, 0), 1));
        assertThat(convert(Shape.class, PyObject.reduce(new PyGlobal(MODULE, "Colour"), PyTuple.of("g"))))
                .isEqualTo(Colour.GREEN);
        assertThatThrownBy(() -> convert(Shape.class, point(1.0, 2.0)))
                .isInstanceOf(MpTypeException.class)
                .hasMessageContaining("it may be binding_classes.Circle (")
                .hasMessageContaining(", binding_classes.Square (")
                .hasMessageContaining(", binding_classes.Colour (");
    }

    @Test
    void says_which_members_an_enum_has() {
        assertRefused(
                Mode.class,
                PyObject.reduce(new PyGlobal(MODULE, "Mode"), PyTuple.of(3L)),
                "item: Python binding_classes.Mode cannot be a Java ~Mode: no constant has the value 3; known are [1, 2]");
        assertRefused(
                Mode.class,
                new PyGlobal(MODULE, "Mode.EXECUTE"),
                "item: Python binding_classes.Mode.EXECUTE cannot be a Java ~Mode:"
                        + " no constant has 'EXECUTE'; known are [READ, WRITE]");
        assertRefused(Mode.class, 1L, "item: Python int cannot be a Java ~Mode: it stands for binding_classes.Mode");
        assertThatThrownBy(
                        () -> convert(Valueless.class, PyObject.reduce(new PyGlobal("m", "Valueless"), PyTuple.of(1L))))
                .hasMessageEndingWith("Python sends its value, so the Java enum must implement io.jarpipe.PyEnum");
    }

    @Test
    void reads_an_enum_without_class_from_its_names() throws Exception {
        assertThat(convert(Plain.class, "b")).isEqualTo(Plain.B);
        assertThatThrownBy(() -> convert(Plain.class, "B")).isInstanceOf(MpTypeException.class);
        assertThat(new RazorvineCodec().decode(new RazorvineCodec().encode(List.of(Plain.A, Plain.B))))
                .isEqualTo(List.of("A", "b"));
    }

    @Test
    void refuses_declarations_that_cannot_work() {
        assertUnusable(Ambiguous.class, "cannot tell apart m.Same");
        assertUnusable(Odd.class, "expected: records, enums and sealed interfaces of them");
        assertUnusable(Nameless.class, "@PyClass(\"nomodule\")");
        assertUnusable(Doubled.class, "two components of record");
        assertUnusable(Twice.class, "A and B have the value 1 in Python");
        assertUnusable(declared("endless"), "contains itself with ever other type arguments");
    }

    @Test
    void refuses_two_elements_that_become_equal() {
        Set<Object> set = Set.of(point(1.0, 2L), point(1.0, 2.0));
        assertThatThrownBy(() -> convert(declared("set"), set)).hasMessageContaining("two of its elements are equal");
    }

    @Test
    @Timeout(20)
    void keeps_the_sharing_of_records_that_contain_their_kind() throws Exception {
        PyObject node = instance("Node", "name", "leaf", "children", List.of());
        for (int depth = 0; depth < 60; depth++) {
            node = instance("Node", "name", "n", "children", List.of(node, node));
        }
        Node converted = (Node) convert(Node.class, node);
        assertThat(converted.children().getFirst())
                .isSameAs(converted.children().getLast());
        Map<String, Object> tree = Map.of("value", 1L, "children", List.of(Map.of("value", 2L, "children", List.of())));
        assertThat(convert(declared("tree"), tree)).isEqualTo(new Tree<>(1L, List.of(new Tree<>(2L, List.of()))));
    }

    @Test
    void refuses_cycles_and_abysses() {
        List<Object> children = new ArrayList<>();
        PyObject loop = instance("Node", "name", "loop", "children", children);
        children.add(loop);
        assertRefused(
                Node.class,
                loop,
                "item.children[0]: Python binding_classes.Node cannot be a Java ~Node:"
                        + " it contains itself, which a record cannot");
        PyObject deep = instance("Node", "name", "leaf", "children", List.of());
        for (int depth = 0; depth < 200_000; depth++) {
            deep = instance("Node", "name", "n", "children", List.of(deep));
        }
        Object abyss = deep;
        assertThatThrownBy(() -> convert(Node.class, abyss)).hasMessageContaining("nested too deep");
    }

    @Test
    void writes_the_same_record_once() throws PickleException {
        Point point = new Point(1, 2);
        List<?> decoded = (List<?>) new RazorvineCodec().decode(new RazorvineCodec().encode(List.of(point, point)));
        assertThat(decoded.get(0)).isSameAs(decoded.get(1)).isInstanceOf(PyObject.class);
    }

    @Test
    void writes_bound_records_as_keys_and_no_others() throws Exception {
        RazorvineCodec codec = new RazorvineCodec();
        Map<?, ?> decoded = (Map<?, ?>) codec.decode(codec.encode(Map.of(new Point(1, 2), Colour.RED)));
        assertThat(convert(Point.class, decoded.keySet().iterator().next())).isEqualTo(new Point(1, 2));
        assertThatThrownBy(() -> codec.encode(Map.of(new Positive(1), 1)))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining("cannot be a key");
    }
}
