/** Fits values to declared Java types, and ties records and enums to Python classes: both ways. */
@NullMarked
package io.jarpipe.binding;

import org.jspecify.annotations.NullMarked;
