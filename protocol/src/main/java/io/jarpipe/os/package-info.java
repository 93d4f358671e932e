/** The only package that calls native code: descriptors, pipes, sockets, descriptor passing and POSIX semaphores. */
@NullMarked
package io.jarpipe.os;

import org.jspecify.annotations.NullMarked;
