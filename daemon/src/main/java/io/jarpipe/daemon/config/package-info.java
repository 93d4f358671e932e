/** What an operator can set: one table of settings, read from flags, the environment and a file. */
@NullMarked
package io.jarpipe.daemon.config;

import org.jspecify.annotations.NullMarked;
