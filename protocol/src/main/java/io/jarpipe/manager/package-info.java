/** A client of {@code multiprocessing.managers}: objects that live in a Python process, called from here. */
@NullMarked
package io.jarpipe.manager;

import org.jspecify.annotations.NullMarked;
