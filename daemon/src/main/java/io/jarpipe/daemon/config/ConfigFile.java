package io.jarpipe.daemon.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Properties;

/** Reads a file in the format of {@link Properties}, in UTF-8, and remembers on which line an entry begins. */
final class ConfigFile {
    /**
     * An entry of the file.
     *
     * @param line the number of its first line
     * @param key what stands before the {@code =}
     * @param value what stands after it, without white space around it
     */
    record Entry(int line, String key, String value) {}

    private ConfigFile() {}

    /** Reads all entries, in their order; one key may have several. */
    static List<ConfigFile.Entry> read(Path file) throws IOException {
        List<ConfigFile.Entry> entries = new ArrayList<>();
        try (SingleLines lines = new SingleLines(Files.newBufferedReader(file, StandardCharsets.UTF_8))) {
            new Collector(entries, lines).load(lines);
        } catch (NoSuchFileException e) {
            throw new IOException("the configuration " + file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new IOException("the configuration " + file + " is not in UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": a \\u is not followed by four hexadecimal digits", e);
        }
        return entries;
    }

    /**
     * Hands out one line at a time, so that it is known where the entry ends that was read: before the last line handed
     * out, because {@link Properties} looks one ahead.
     */
    private static final class SingleLines extends Reader {
        private final BufferedReader source;
        private final BitSet withoutEntry = new BitSet();
        private String rest = "";
        private int number;
        private int numberBefore;
        private int entryEnd;

        SingleLines(BufferedReader source) {
            this.source = source;
        }

        /** Returns the first line of the entry that has just been read. */
        int takeEntryStart() {
            int start = withoutEntry.nextClearBit(entryEnd + 1);
            entryEnd = numberBefore;
            return start;
        }

        @Override
        public int read(char[] target, int offset, int length) throws IOException {
            if (rest.isEmpty()) {
                numberBefore = number;
                String line = source.readLine();
                if (line == null) {
                    return -1;
                }
                number++;
                withoutEntry.set(number, line.isBlank() || line.stripLeading().matches("[#!].*"));
                rest = line + "\n";
            }
            int count = Math.min(length, rest.length());
            rest.getChars(0, count, target, offset);
            rest = rest.substring(count);
            return count;
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /** Takes the entries as they are completed. */
    private static final class Collector extends Properties {
        private static final long serialVersionUID = 1L;

        private final transient List<ConfigFile.Entry> entries;
        private final transient SingleLines lines;

        Collector(List<ConfigFile.Entry> entries, SingleLines lines) {
            this.entries = entries;
            this.lines = lines;
        }

        @Override
        public synchronized Object put(Object key, Object value) {
            entries.add(new ConfigFile.Entry(lines.takeEntryStart(), (String) key, ((String) value).strip()));
            return "";
        }
    }
}
