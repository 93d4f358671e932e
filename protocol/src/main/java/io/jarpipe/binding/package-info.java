/** Converts unpickled values to the Java types that worker methods declare. */
@NullMarked
package io.jarpipe.binding;

import org.jspecify.annotations.NullMarked;
