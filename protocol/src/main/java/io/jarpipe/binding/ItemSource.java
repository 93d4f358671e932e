package io.jarpipe.binding;

/** A queue whose items can be converted as they are taken. */
public interface ItemSource {
    /**
     * Views this queue as one of another item type.
     *
     * @param items converts what is taken
     * @param path what an item is, for messages
     * @return the same queue with other items
     */
    ItemSource withItems(Converter items, String path);
}
