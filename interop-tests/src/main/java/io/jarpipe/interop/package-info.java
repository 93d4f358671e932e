/** Workers that the tests start: each the Java half of a Python test. */
@NullMarked
package io.jarpipe.interop;

import org.jspecify.annotations.NullMarked;
