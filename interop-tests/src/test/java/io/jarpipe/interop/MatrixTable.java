package io.jarpipe.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The table in {@code docs/matrix.md}: a row for each cell of one start method, a column for each interpreter.
 *
 * @param text what stands before the rows: prose, and the header with the names of the columns
 * @param minors the interpreters' minor versions, in the order of the columns
 * @param rows what is expected
 */
record MatrixTable(List<String> text, List<Integer> minors, Map<Row, List<String>> rows) {
    private static final int NAMES = 4;
    private static final String FIRST_COLUMN = "| start method |";

    /** What is tried: with a Python child of this start method, on this endpoint, and so on. */
    record Row(String method, String endpoint, String transport, String role) implements Comparable<Row> {
        private static final List<String> METHODS = List.of("fork", "spawn", "forkserver");
        private static final Comparator<Row> ORDER = Comparator.comparing(Row::endpoint)
                .thenComparing(Row::transport)
                .thenComparing(Row::role)
                .thenComparingInt(row -> METHODS.indexOf(row.method()));

        static Row of(List<String> fields) {
            return new Row(fields.get(0), fields.get(1), fields.get(2), fields.get(3));
        }

        Stream<String> names() {
            return Stream.of(method, endpoint, transport, role);
        }

        @Override
        public int compareTo(Row other) {
            return ORDER.compare(this, other);
        }
    }

    /** Reads a table; one without rows is complete. */
    static MatrixTable read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int header = IntStream.range(0, lines.size())
                .filter(line -> lines.get(line).startsWith(FIRST_COLUMN))
                .findFirst()
                .orElseThrow(() -> new IOException(file + " has no table"));
        List<String> names = fields(lines.get(header));
        List<Integer> minors = names.subList(NAMES, names.size()).stream()
                .map(name -> Integer.valueOf(name.substring("3.".length())))
                .toList();
        Map<Row, List<String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(header + 2, lines.size())) {
            List<String> fields = fields(line);
            rows.put(Row.of(fields), fields.subList(NAMES, fields.size()));
        }
        return new MatrixTable(lines.subList(0, header + 2), minors, rows);
    }

    private static List<String> fields(String line) {
        return Stream.of(line.substring(1, line.length() - 1).split("\\|", -1))
                .map(String::strip)
                .toList();
    }

    /** Returns what is expected of an interpreter; nothing of one that has no column. */
    Map<Row, String> column(int minor) {
        Map<Row, String> column = new TreeMap<>();
        int place = minors.indexOf(minor);
        if (place >= 0) {
            rows.forEach((row, cells) -> column.put(row, cells.get(place)));
        }
        return column;
    }

    /** Writes the table with what was seen in place of what was expected; what was not tried stays. */
    void with(Map<Integer, Map<Row, String>> seen, Path file) throws IOException {
        List<String> lines = new ArrayList<>(text);
        all(seen)
                .forEach(row -> lines.add(line(
                        row,
                        minors.stream()
                                .map(minor ->
                                        seen.getOrDefault(minor, column(minor)).getOrDefault(row, "")))));
        Files.write(file, lines);
    }

    /** Returns the lines of the table with both, where they differ, and without what was not tried. */
    List<String> compared(Map<Integer, Map<Row, String>> seen, String notTried) {
        List<String> lines = new ArrayList<>(text.subList(text.size() - 2, text.size()));
        all(seen)
                .forEach(row -> lines.add(line(
                        row,
                        minors.stream().map(minor -> seen.containsKey(minor) ? cell(row, minor, seen) : notTried))));
        return lines;
    }

    private String cell(Row row, int minor, Map<Integer, Map<Row, String>> seen) {
        String wanted = column(minor).get(row);
        String got = Objects.requireNonNull(seen.get(minor)).get(row);
        return Objects.equals(wanted, got) ? wanted : "EXPECTED " + wanted + ", SEEN " + got;
    }

    private Stream<Row> all(Map<Integer, Map<Row, String>> seen) {
        return Stream.concat(rows.keySet().stream(), seen.values().stream().flatMap(column -> column.keySet().stream()))
                .distinct()
                .sorted();
    }

    private static String line(Row row, Stream<String> cells) {
        return Stream.concat(row.names(), cells).reduce("|", (line, cell) -> line + " " + cell + " |");
    }
}
