package io.jarpipe;

/**
 * A Python {@code complex} number.
 *
 * @param real the real part
 * @param imaginary the imaginary part
 */
public record PyComplex(double real, double imaginary) {}
