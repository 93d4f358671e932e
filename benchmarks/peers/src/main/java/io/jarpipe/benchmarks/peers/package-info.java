/**
 * What {@code jarpipe bench} compares jarpipe with: one server for each way from Python to Java, in a JVM of its own.
 *
 * <p>All do the same work: what came is decoded to maps, lists, strings and numbers, and the value is sent back.
 */
@NullMarked
package io.jarpipe.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
