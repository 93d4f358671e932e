package io.jarpipe.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The pickles that {@code payloads.py} has written. */
final class Payloads {
    static final List<String> NAMES =
            List.of("msg", "task", "ints1k", "rows10k", "floats100k", "bytes1m", "strings", "tree12");

    private static final String FOLDER_PROPERTY = "jarpipe.payloads";

    private Payloads() {}

    static Path folder() {
        String folder = System.getProperty(FOLDER_PROPERTY);
        if (folder == null) {
            throw new IllegalStateException("-D" + FOLDER_PROPERTY + "=FOLDER is missing; benchmarks/codec sets it");
        }
        return Path.of(folder);
    }

    static byte[] read(String name) throws IOException {
        return Files.readAllBytes(folder().resolve(name + ".pickle"));
    }
}
