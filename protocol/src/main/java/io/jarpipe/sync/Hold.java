package io.jarpipe.sync;

import java.time.Duration;

/**
 * A semaphore that one process holds, at the moment of asking.
 *
 * @param kind what it is to its users, such as {@code "RLock"} or {@code "Queue, write lock"}
 * @param name its name with the leading slash; {@code "(relayed)"} when it has none
 * @param count how often the process has acquired it and not released it
 * @param age how long ago the process began to hold it
 * @param thread the name of the thread that acquired it last; empty when that is not known
 */
public record Hold(String kind, String name, int count, Duration age, String thread) {}
