package io.jarpipe;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Gives a record's component, or an enum's constant, another name in Python than in Java. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface PyName {
    /**
     * The name in Python.
     *
     * @return for example {@code "from"}
     */
    String value();
}
