/** Locks made of POSIX semaphores: CPython's {@code multiprocessing.synchronize}. */
@NullMarked
package io.jarpipe.sync;

import org.jspecify.annotations.NullMarked;
