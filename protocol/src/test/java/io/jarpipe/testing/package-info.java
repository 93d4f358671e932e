/** Helps tests to find interpreters, to talk with them and to read golden bytes. */
package io.jarpipe.testing;
