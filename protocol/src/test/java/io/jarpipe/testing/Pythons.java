package io.jarpipe.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the CPython interpreters that tests run against, one per minor version from 3.8 on: first those of the
 * environment variable JARPIPE_PYTHONS (colon-separated executables), then python3.N on the PATH and where systems
 * install it, then those of pyenv and of /opt. Of several patch versions from the same place the newest counts.
 */
public final class Pythons {
    /** An interpreter. */
    public record Python(int minor, int patch, Path executable) {
        @Override
        public String toString() {
            return "CPython 3." + minor;
        }
    }

    private static final int OLDEST_MINOR = 8;
    private static final int NEWEST_MINOR = 19;
    private static final String PROBE = "import sys; print(sys.implementation.name, *sys.version_info[:3])";
    private static final List<Python> FOUND = find();

    private Pythons() {}

    /** Returns the interpreters, oldest first. */
    public static List<Python> all() {
        return FOUND;
    }

    private static List<Python> find() {
        Map<Integer, Python> byMinor = new TreeMap<>();
        for (List<Path> place : List.of(named(), installed(), versionFolders())) {
            Map<Integer, Python> here = new TreeMap<>();
            for (Path candidate : place) {
                probe(candidate).ifPresent(python -> here.merge(python.minor(), python, Pythons::newer));
            }
            here.forEach(byMinor::putIfAbsent);
        }
        return List.copyOf(byMinor.values());
    }

    private static Python newer(Python one, Python other) {
        return other.patch() > one.patch() ? other : one;
    }

    private static List<Path> named() {
        return split(System.getenv("JARPIPE_PYTHONS")).map(Path::of).toList();
    }

    private static List<Path> installed() {
        List<Path> folders =
                new ArrayList<>(split(System.getenv("PATH")).map(Path::of).toList());
        folders.add(Path.of("/usr/bin"));
        folders.add(Path.of("/usr/local/bin"));
        return IntStream.rangeClosed(OLDEST_MINOR, NEWEST_MINOR)
                .boxed()
                .flatMap(minor -> folders.stream().map(folder -> folder.resolve("python3." + minor)))
                .distinct()
                .toList();
    }

    private static List<Path> versionFolders() {
        Path pyenv = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
        Stream<Path> opt = children(Path.of("/opt"))
                .filter(folder -> folder.getFileName().toString().startsWith("python"));
        return Stream.concat(children(pyenv), opt)
                .map(folder -> folder.resolve("bin").resolve("python3"))
                .toList();
    }

    private static Stream<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> split(String paths) {
        return paths == null ? Stream.of() : Stream.of(paths.split(":", -1)).filter(path -> !path.isEmpty());
    }

    private static Optional<Python> probe(Path executable) {
        if (!Files.isExecutable(executable)) {
            return Optional.empty();
        }
        try {
            Process process = new ProcessBuilder(executable.toString(), "-c", PROBE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String[] answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(" ", -1);
            boolean usable = answer.length == 4
                    && answer[0].equals("cpython")
                    && answer[1].equals("3")
                    && Integer.parseInt(answer[2]) >= OLDEST_MINOR;
            return usable
                    ? Optional.of(new Python(Integer.parseInt(answer[2]), Integer.parseInt(answer[3]), executable))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
