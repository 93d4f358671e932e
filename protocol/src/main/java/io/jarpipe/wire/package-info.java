/**
 * Cuts a byte stream into the frames of {@code multiprocessing.connection} and puts frames on it, without doing any
 * I/O.
 */
@NullMarked
package io.jarpipe.wire;

import org.jspecify.annotations.NullMarked;
