/** Messages over pipes and sockets: CPython's {@code multiprocessing.connection.Connection}. */
@NullMarked
package io.jarpipe.connection;

import org.jspecify.annotations.NullMarked;
