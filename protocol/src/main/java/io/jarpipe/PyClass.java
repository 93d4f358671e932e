package io.jarpipe;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a record the Java form of a Python class, or an enum that of a Python enum.
 *
 * <p>A record's components are the attributes of the Python object by name, or the fields of a namedtuple by position;
 * {@link PyName} says which attribute is meant when it has a name that Java does not allow. There must be exactly one
 * component for each attribute. Dataclasses of all kinds, namedtuples and plain classes with {@code __dict__} or
 * {@code __slots__} can be read. How they are written is up to {@link #form()}.
 *
 * <p>An enum's constants are the members by name. Python pickles most members by their values, so an enum that is to be
 * read implements {@link PyEnum}.
 *
 * <pre>
 * &#64;PyClass("shop.orders.Item")
 * record Item(String name, int count) {}
 * </pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface PyClass {
    /** How Python builds what Java writes. */
    enum Form {
        /**
         * Calls the class with the components in order, as {@code Item("nut", 3)}. Right for dataclasses, namedtuples
         * and whatever else has an {@code __init__} with these parameters, which then runs.
         */
        CALL,
        /**
         * Makes an instance without {@code __init__} and fills its {@code __dict__}, as unpickling does. Right for
         * classes whose {@code __init__} takes something else, and for keyword-only dataclasses.
         */
        ATTRIBUTES,
        /** The same for a class whose attributes are all {@code __slots__}. */
        SLOTS
    }

    /**
     * The full name of the Python class.
     *
     * @return {@code "package.module.Class"}, the last dot before the class; for a nested class
     *     {@code "package.module:Outer.Inner"}, with a colon behind the module
     */
    String value();

    /**
     * How a record is written. Enums do not need it.
     *
     * @return the form, {@link Form#CALL} unless something else is said
     */
    Form form() default Form.CALL;
}
