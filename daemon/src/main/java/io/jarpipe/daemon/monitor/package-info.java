/** Tells monitors over HTTP how the daemon is: alive, ready, and in figures. Loaded only when it is asked for. */
@NullMarked
package io.jarpipe.daemon.monitor;

import org.jspecify.annotations.NullMarked;
