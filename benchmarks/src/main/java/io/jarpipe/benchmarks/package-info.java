/** Measures codecs and framing; no part of what is shipped. */
@NullMarked
package io.jarpipe.benchmarks;

import org.jspecify.annotations.NullMarked;
