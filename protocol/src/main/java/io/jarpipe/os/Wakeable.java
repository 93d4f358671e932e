package io.jarpipe.os;

/** Somebody who waits for a descriptor and can be made to look again. */
@FunctionalInterface
interface Wakeable {
    /** Ends the current wait, from any thread; harmless when there is none. */
    void wake();
}
