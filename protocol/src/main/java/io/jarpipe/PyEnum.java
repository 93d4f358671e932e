package io.jarpipe;

import org.jspecify.annotations.Nullable;

/**
 * Tells the values of the members of the Python enum that a Java enum with {@link PyClass} stands for: Python pickles a
 * member as {@code Colour(1)}, so its name alone does not do to recognise it.
 *
 * <pre>
 * &#64;PyClass("shop.orders.Colour")
 * enum Colour implements PyEnum {
 *     RED,
 *     GREEN;
 *
 *     public Object pyValue() {
 *         return ordinal() + 1; // enum.auto()
 *     }
 * }
 * </pre>
 */
public interface PyEnum {
    /**
     * Returns the value of this member: an integer, a string, a {@link PyTuple} or another value that pickles.
     *
     * @return the member's {@code value} in Python
     */
    @Nullable
    Object pyValue();
}
