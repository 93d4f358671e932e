/** The Java processes of {@code jarpipe bench}; each obeys a connection until it says {@code None}. */
@NullMarked
package io.jarpipe.benchmarks.parties;

import org.jspecify.annotations.NullMarked;
