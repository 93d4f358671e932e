/** Drives the daemon in a container of the image that the {@code Dockerfile} makes, beside containers with CPython. */
package io.jarpipe.interop.docker;
