package io.jarpipe.sync;

import io.jarpipe.os.NamedSemaphore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Named semaphores that a test makes, and removes in the end. */
final class TestSemaphores implements AutoCloseable {
    private final List<String> names = new ArrayList<>();

    /** Makes a name for a semaphore with a value. */
    String create(int value) throws IOException {
        String name = "/jarpipe-test-" + ProcessHandle.current().pid() + "-" + names.size();
        NamedSemaphore.create(name, value).close();
        names.add(name);
        return name;
    }

    /** Attaches to a semaphore, as one more process does. */
    static SemLock open(String name, int maxValue) throws IOException {
        return new SemLock(NamedSemaphore.open(name), maxValue);
    }

    /** Returns the value of a semaphore. */
    static int value(String name) {
        try (NamedSemaphore semaphore = NamedSemaphore.open(name)) {
            return semaphore.value();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (String name : names) {
            NamedSemaphore.unlink(name);
        }
    }
}
