/** The command line of the daemon. */
@NullMarked
package io.jarpipe.daemon.cli;

import org.jspecify.annotations.NullMarked;
