/** Turns pickles into Java values and back, without ever running what a pickle asks for. */
@NullMarked
package io.jarpipe.pickle;

import org.jspecify.annotations.NullMarked;
