package io.jarpipe.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Finds the CPython interpreters that tests run against, one per minor version from 3.8 on: first those of the
 * environment variable JARPIPE_PYTHONS (colon-separated executables), then python3.N on the PATH, then those of pyenv.
 */
public final class Pythons {
    /** An interpreter. */
    public record Python(int minor, Path executable) {
        @Override
        public String toString() {
            return "CPython 3." + minor;
        }
    }

    private static final int OLDEST_MINOR = 8;
    private static final int NEWEST_MINOR = 19;
    private static final String PROBE =
            "import sys; print(sys.implementation.name, sys.version_info[0], sys.version_info[1])";
    private static final List<Python> FOUND = find();

    private Pythons() {}

    /** Returns the interpreters, oldest first. */
    public static List<Python> all() {
        return FOUND;
    }

    private static List<Python> find() {
        Map<Integer, Python> byMinor = new TreeMap<>();
        for (Path candidate : candidates()) {
            if (Files.isExecutable(candidate)) {
                probe(candidate).ifPresent(python -> byMinor.putIfAbsent(python.minor(), python));
            }
        }
        return List.copyOf(byMinor.values());
    }

    private static Collection<Path> candidates() {
        List<Path> candidates = new ArrayList<>();
        split(System.getenv("JARPIPE_PYTHONS")).map(Path::of).forEach(candidates::add);
        List<Path> folders = split(System.getenv("PATH")).map(Path::of).toList();
        for (int minor = OLDEST_MINOR; minor <= NEWEST_MINOR; minor++) {
            for (Path folder : folders) {
                candidates.add(folder.resolve("python3." + minor));
            }
        }
        Path pyenv = Path.of(System.getProperty("user.home"), ".pyenv", "versions");
        if (Files.isDirectory(pyenv)) {
            try (Stream<Path> versions = Files.list(pyenv)) {
                versions.sorted()
                        .map(version -> version.resolve("bin").resolve("python3"))
                        .forEach(candidates::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return candidates;
    }

    private static Stream<String> split(String paths) {
        return paths == null ? Stream.of() : Stream.of(paths.split(":", -1)).filter(path -> !path.isEmpty());
    }

    private static Optional<Python> probe(Path executable) {
        try {
            Process process = new ProcessBuilder(executable.toString(), "-c", PROBE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String[] answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(" ", -1);
            boolean usable = answer.length == 3
                    && answer[0].equals("cpython")
                    && answer[1].equals("3")
                    && Integer.parseInt(answer[2]) >= OLDEST_MINOR;
            return usable ? Optional.of(new Python(Integer.parseInt(answer[2]), executable)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
