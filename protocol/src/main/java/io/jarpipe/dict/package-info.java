/** What a decoded dict is in Java. */
@NullMarked
package io.jarpipe.dict;

import org.jspecify.annotations.NullMarked;
