/** The daemon as a whole: its parts put together, its version, its end. */
@NullMarked
package io.jarpipe.daemon;

import org.jspecify.annotations.NullMarked;
