/** Runs Java code as a process of a Python program. */
@NullMarked
package io.jarpipe.daemon.worker;

import org.jspecify.annotations.NullMarked;
