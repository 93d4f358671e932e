package io.jarpipe.spawn;

import io.jarpipe.MpSharingException;
import io.jarpipe.PyObject;
import io.jarpipe.os.Fd;
import io.jarpipe.sharing.DescriptorSource;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/**
 * The descriptors that came with a pickle, which refers to them by index.
 *
 * <p>Claiming gives a duplicate, because one descriptor may appear in several objects; closing the table closes the
 * originals, without which the other side would never see the end of a stream.
 */
public final class Descriptors implements DescriptorSource, AutoCloseable {
    private final List<Fd> descriptors;
    private final BitSet claimed = new BitSet();

    /**
     * Takes over descriptors.
     *
     * @param descriptors in the order in which they were sent; owned by the table from now on
     */
    public Descriptors(List<Fd> descriptors) {
        this.descriptors = List.copyOf(descriptors);
    }

    /**
     * Duplicates a descriptor for the object that uses it.
     *
     * @param index its place in the list
     * @return the duplicate, owned by the caller
     * @throws IOException when there is no such descriptor or it cannot be duplicated
     */
    public Fd claim(int index) throws IOException {
        if (index < 0 || index >= descriptors.size()) {
            throw MpSharingException.malformed(
                    "descriptor", "an index below " + descriptors.size() + ", the number sent; got " + index);
        }
        claimed.set(index);
        return descriptors.get(index).duplicate();
    }

    /**
     * Duplicates the descriptor that an object with the state {@code {'ind': index}} stands for.
     *
     * @param dupFd the recipe of that object
     * @return the duplicate, owned by the caller
     * @throws IOException when there is no such descriptor or it cannot be duplicated
     */
    @Override
    public Fd claim(PyObject dupFd) throws IOException {
        if (dupFd.stateMap().get("ind") instanceof Long index && index == index.intValue()) {
            return claim(index.intValue());
        }
        throw MpSharingException.malformed(dupFd.className(), "a descriptor by index");
    }

    /**
     * Tells how many descriptors nobody has claimed.
     *
     * @return the number of indexes never asked for
     */
    public int unclaimed() {
        return descriptors.size() - claimed.cardinality();
    }

    @Override
    public void close() {
        descriptors.forEach(Fd::close);
    }
}
