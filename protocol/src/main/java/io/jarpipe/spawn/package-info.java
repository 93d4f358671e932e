/** What a new process is given: the pickled {@code Process} object and the shared objects among its arguments. */
@NullMarked
package io.jarpipe.spawn;

import org.jspecify.annotations.NullMarked;
