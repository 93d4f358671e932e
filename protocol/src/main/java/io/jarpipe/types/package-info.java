/** Python's standard types as Java values, made from recipes and turned into recipes. */
@NullMarked
package io.jarpipe.types;

import org.jspecify.annotations.NullMarked;
