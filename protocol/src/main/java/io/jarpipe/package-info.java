/** Speaks CPython's multiprocessing protocols: the public interfaces, values and errors. */
@NullMarked
package io.jarpipe;

import org.jspecify.annotations.NullMarked;
