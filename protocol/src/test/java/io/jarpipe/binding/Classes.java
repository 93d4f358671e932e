package io.jarpipe.binding;

import io.jarpipe.PyClass;
import io.jarpipe.PyClass.Form;
import io.jarpipe.PyEnum;
import io.jarpipe.PyName;
import io.jarpipe.PyTuple;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The Java side of {@code binding_classes.py}. */
final class Classes {
    @PyClass("binding_classes.Point")
    record Point(double x, double y) {}

    @PyClass("binding_classes.Frozen")
    record Frozen(double x, double y) {}

    @PyClass("binding_classes.SlotsData")
    record SlotsData(double x, double y) {}

    @PyClass("binding_classes.SlotsFrozen")
    record SlotsFrozen(double x, double y) {}

    @PyClass(value = "binding_classes.KeywordOnly", form = Form.ATTRIBUTES)
    record KeywordOnly(double x, double y) {}

    @PyClass("binding_classes.Named")
    record Named(double x, double y) {}

    @PyClass("binding_classes.TypedNamed")
    record TypedNamed(double x, double y) {}

    @PyClass("binding_classes.Plain")
    record Plain(double x, double y) {}

    @PyClass(value = "binding_classes.Computed", form = Form.ATTRIBUTES)
    record Computed(double y, double x) {}

    @PyClass("binding_classes.Slots")
    record Slots(double x, double y) {}

    @PyClass(value = "binding_classes.ComputedSlots", form = Form.SLOTS)
    record ComputedSlots(double x, double y) {}

    @PyClass("binding_classes.Mixed")
    record Mixed(double x, double y, Double z) {}

    @PyClass("binding_classes.Reduced")
    record Reduced(double x, double y) {}

    @PyClass("binding_classes.Empty")
    record Empty() {}

    @PyClass("binding_classes:Outer.Inner")
    record Inner(double x, double y) {}

    @PyClass("binding_classes:Outer.Shade")
    enum Shade implements PyEnum {
        LIGHT,
        DARK;

        @Override
        public Object pyValue() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @PyClass("binding_classes.Renamed")
    record Renamed(
            @PyName("class") String kind, @PyName("from") String source) {}

    @PyClass("binding_classes.Mode")
    enum Mode implements PyEnum {
        READ,
        WRITE;

        @Override
        public Object pyValue() {
            return this == READ ? 1 : 2;
        }
    }

    record Options(int depth, Mode mode) {}

    @PyClass("binding_classes.Job")
    record Job(
            int number,
            String name,
            List<Point> points,
            Map<String, Point> table,
            Named[] corners,
            List<Shade> shades,
            Optional<Point> maybe,
            double[] weights,
            byte[] data,
            Set<Frozen> frozen,
            Options options) {}

    @PyClass("binding_classes.Node")
    record Node(String name, List<Node> children) {}

    sealed interface Shape permits Circle, Square, Colour {}

    @PyClass("binding_classes.Circle")
    record Circle(Point centre, double radius) implements Shape {}

    @PyClass("binding_classes.Square")
    record Square(Point corner, double side) implements Shape {}

    @PyClass("binding_classes.Colour")
    enum Colour implements PyEnum, Shape {
        RED,
        GREEN,
        BLUE,
        NAMELESS;

        @Override
        public Object pyValue() {
            return switch (this) {
                case RED -> 1;
                case GREEN -> 'g';
                case BLUE -> PyTuple.of(1, 2);
                case NAMELESS -> null;
            };
        }
    }

    record Box<T>(T content, List<T> more) {}

    @PyClass("binding_classes.Level")
    enum Level implements PyEnum {
        LOW,
        HIGH;

        @Override
        public Object pyValue() {
            return this == LOW ? 1L : 1L << 40;
        }
    }

    @PyClass("binding_classes.Text")
    enum Text implements PyEnum {
        A,
        B;

        @Override
        public Object pyValue() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @PyClass("binding_classes.Permission")
    enum Permission implements PyEnum {
        READ,
        WRITE,
        BOTH;

        @Override
        public Object pyValue() {
            return switch (this) {
                case READ -> 1;
                case WRITE -> 2;
                case BOTH -> 3;
            };
        }
    }

    @PyClass("binding_classes.ByGetattr")
    enum ByGetattr {
        ONE,
        TWO
    }

    @PyClass("binding_classes.ByName")
    enum ByName {
        @PyName("ONE")
        EINS,
        @PyName("TWO")
        ZWEI {
            @Override
            public String toString() {
                return "a class of its own";
            }
        }
    }

    @PyClass("binding_classes.ByGlobalName")
    enum ByGlobalName {
        FIRST,
        SECOND
    }

    @PyClass("binding_classes.Word")
    enum Word implements PyEnum {
        RED,
        GREEN;

        @Override
        public Object pyValue() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Classes() {}
}
