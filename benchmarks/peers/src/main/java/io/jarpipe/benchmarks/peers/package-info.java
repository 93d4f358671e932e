/**
 * What {@code jarpipe bench} compares jarpipe with: one server for each way from Python to Java, in a JVM of its own.
 *
 * <p>All do the same work: a message of 64 bytes is sent back as it came; a dict is decoded to maps, lists, strings and
 * numbers, and the value is sent back.
 */
@NullMarked
package io.jarpipe.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
