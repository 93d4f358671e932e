package io.jarpipe;

import java.io.IOException;

/** Gets the items of a queue that cannot be unpickled, or that are of another type than the queue declares. */
@FunctionalInterface
public interface MpItemErrorHandler {
    /**
     * Handles one item, which is consumed. Called by the thread that takes from the queue; when this method returns it
     * goes on with the next item, and what this method throws is thrown to its caller.
     *
     * @param pickle the item's bytes, as they were in the pipe
     * @param error what is wrong with it: a {@link PickleException}, {@link MpTypeException} or
     *     {@link MpSharingException}
     * @throws IOException when the taker is to have an exception
     * @throws InterruptedException when interrupted while waiting
     */
    void handle(byte[] pickle, IOException error) throws IOException, InterruptedException;
}
