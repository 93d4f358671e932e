/** Accepts connections on the daemon's socket and authenticates them; the only package that knows Netty. */
@NullMarked
package io.jarpipe.daemon.frontdoor;

import org.jspecify.annotations.NullMarked;
