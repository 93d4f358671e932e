/** Serves what authenticated clients ask for: starting workers, ending them, listing them. */
@NullMarked
package io.jarpipe.daemon.control;

import org.jspecify.annotations.NullMarked;
