/** Proves to the peer, and lets it prove, that both know the same authkey, without doing any I/O. */
@NullMarked
package io.jarpipe.auth;

import org.jspecify.annotations.NullMarked;
