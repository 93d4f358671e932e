/** Knows the Java types of Python objects that pickles describe by calls: times, decimals, arrays, exceptions. */
@NullMarked
package io.jarpipe.types;

import org.jspecify.annotations.NullMarked;
