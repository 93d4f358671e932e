package io.jarpipe.testing;

import io.jarpipe.os.Leaks;
import java.lang.ref.Cleaner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets a test class fail when it lost an endpoint without closing it. Where it was made is in the output, as a warning
 * of {@link Leaks}.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final long COLLECTION_SECONDS = 30;
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(NoLeaks.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(NAMESPACE).put("before", Leaks.count());
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        collect();
        long before = context.getStore(NAMESPACE).get("before", Long.class);
        if (Leaks.count() > before) {
            throw new AssertionError(
                    (Leaks.count() - before) + " endpoints were not closed; see the warnings of Leaks");
        }
    }

    /** Collects garbage and returns when objects that were unreachable before have met their cleaners. */
    public static void collect() throws InterruptedException {
        for (int i = 0; i < 2; i++) { // what a cleaner closes in the first round may release more
            CountDownLatch collected = new CountDownLatch(1);
            CLEANER.register(new Object(), collected::countDown);
            System.gc();
            if (!collected.await(COLLECTION_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("waited " + COLLECTION_SECONDS + " s in vain for the garbage collector");
            }
        }
    }
}
