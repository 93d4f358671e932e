package io.jarpipe.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** A server lives as long as its standard input: that of whoever has started it, however they end. */
final class Lifetime {
    private Lifetime() {}

    /**
     * Says on standard output that the server is reached now, and from then on ends the JVM with standard input.
     *
     * @param address where it is reached
     */
    static void begin(String address) {
        System.out.println("ready " + address);
        Thread.ofPlatform().name("lifetime").start(Lifetime::endWithInput);
    }

    private static void endWithInput() {
        try {
            InputStream input = System.in;
            input.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            System.exit(0);
        }
    }
}
