/** Queues made of a pipe and semaphores: CPython's {@code multiprocessing.queues}. */
@NullMarked
package io.jarpipe.queue;

import org.jspecify.annotations.NullMarked;
