/**
 * Passes connections, queues, locks and sockets between processes, as arguments and at run time: CPython's
 * {@code multiprocessing.reduction} and {@code multiprocessing.resource_sharer}.
 */
@NullMarked
package io.jarpipe.sharing;

import org.jspecify.annotations.NullMarked;
