/** Accepts connections on the daemon's socket and authenticates them, on Netty's epoll event loop. */
@NullMarked
package io.jarpipe.daemon.frontdoor;

import org.jspecify.annotations.NullMarked;
