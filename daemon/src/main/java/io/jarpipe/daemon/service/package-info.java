/** Calls Java code for every client that connects to an address. */
@NullMarked
package io.jarpipe.daemon.service;

import org.jspecify.annotations.NullMarked;
