package io.jarpipe.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Reads the golden bytes; {@code src/test/golden/make_goldens.py} makes them with real interpreters. */
public final class Goldens {
    /**
     * A row of the index.
     *
     * @param version the interpreter's minor version, for example 3.13
     * @param name the case
     * @param protocol the pickle protocol, or empty
     * @param file the file with the bytes
     * @param expression what Python was asked for
     */
    public record Golden(String version, String name, String protocol, String file, String expression) {
        /** Returns the bytes. */
        public byte[] bytes() {
            return resource(file);
        }

        /** Returns the case without the protocol. */
        public String baseName() {
            int dot = name.indexOf('.');
            return dot < 0 ? name : name.substring(0, dot);
        }

        @Override
        public String toString() {
            return version + " " + name;
        }
    }

    private static final List<Golden> ALL = new String(resource("index.tsv"), StandardCharsets.US_ASCII)
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(Goldens::row)
            .toList();

    private Goldens() {}

    private static Golden row(String line) {
        String[] columns = line.split("\t", -1);
        return new Golden(columns[0], columns[1], columns[2], columns[4], columns[5]);
    }

    private static byte[] resource(String file) {
        try (InputStream stream = Goldens.class.getResourceAsStream("/golden/" + file)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns every row. */
    public static Stream<Golden> all() {
        return ALL.stream();
    }

    /** Returns the rows whose case begins with a prefix. */
    public static Stream<Golden> startingWith(String prefix) {
        return all().filter(golden -> golden.name().startsWith(prefix));
    }

    /** Returns the rows of pickles, one per file. */
    public static Stream<Golden> distinctPickles() {
        return all().filter(golden -> !golden.protocol().isEmpty())
                .filter(golden -> golden.file().startsWith(golden.version() + "/"));
    }
}
