package io.jarpipe;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code decimal.Decimal} that {@link BigDecimal} cannot hold: {@code NaN}, {@code sNaN}, {@code Infinity},
 * {@code -0}, an exponent beyond 32 bits; also one of more digits than Java reads in reasonable time.
 *
 * <p>Immutable. Equal when the text is, so that {@code NaN} equals itself, as a key must.
 */
public final class PyDecimal {
    /** What {@code str()} of a Decimal gives (CPython 3.8 - 3.15 {@code Lib/_pydecimal.py, Decimal.__str__}). */
    private static final Pattern TEXT =
            Pattern.compile("-?+(?:[0-9]++(?:\\.[0-9]++)?+(?:[Ee][+-]?+[0-9]{1,19}+)?+|Infinity|s?+NaN[0-9]*+)");

    private final String text;

    private PyDecimal(String text) {
        this.text = text;
    }

    /**
     * Makes a value of the text that {@code str()} gives for it in Python.
     *
     * @param text for example {@code -0.00}, {@code NaN} or {@code 1E+5000000000}
     * @return the value
     * @throws NumberFormatException if this is no such text
     */
    public static PyDecimal of(String text) {
        if (!isDecimal(text)) {
            throw new NumberFormatException("not the text of a Python Decimal");
        }
        return new PyDecimal(isSpecial(text) ? text : text.toUpperCase(Locale.ROOT));
    }

    /**
     * Says whether a text is one that {@code str()} gives for a Decimal.
     *
     * @param text the text
     * @return true if {@link #of} accepts it
     */
    public static boolean isDecimal(String text) {
        return TEXT.matcher(text).matches();
    }

    private static boolean isSpecial(String text) {
        return !Character.isDigit(text.charAt(text.length() - 1)) || text.contains("NaN");
    }

    /**
     * Says whether this is a quiet or signaling NaN.
     *
     * @return true if so
     */
    public boolean isNaN() {
        return text.contains("NaN");
    }

    /**
     * Says whether this is plus or minus infinity.
     *
     * @return true if so
     */
    public boolean isInfinite() {
        return text.endsWith("Infinity");
    }

    /**
     * Returns the number, without the sign of a zero.
     *
     * @return the number
     * @throws ArithmeticException if this is no number, or its exponent does not fit
     */
    public BigDecimal toBigDecimal() {
        if (isSpecial(text)) {
            throw new ArithmeticException(text + " is no number");
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            ArithmeticException tooLarge = new ArithmeticException("exponent beyond 32 bits");
            tooLarge.initCause(e);
            throw tooLarge;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PyDecimal decimal && text.equals(decimal.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /**
     * Returns the text as Python's {@code str()} gives it.
     *
     * @return the text
     */
    @Override
    public String toString() {
        return text;
    }
}
