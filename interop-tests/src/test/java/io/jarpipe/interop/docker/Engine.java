package io.jarpipe.interop.docker;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;
import org.testcontainers.DockerClientFactory;

/**
 * The Docker engine of this machine and the images that tests use. Settings, all of the environment:
 *
 * <ul>
 *   <li>{@code JARPIPE_DOCKER_BASE}: what the {@code Dockerfile} starts from, else {@code debian:trixie-slim};
 *   <li>{@code JARPIPE_DOCKER_PYTHONS}: images with CPython, separated by commas, each followed by {@code =} and the
 *       name of the interpreter, if that is not {@code python3}.
 * </ul>
 */
final class Engine {
    /** The checkout. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    /** Where containers may write for the tests to read. */
    static final Path OUTPUT = Path.of("target", "docker").toAbsolutePath();

    private static final String IMAGE = "jarpipe-test:sidecar";
    private static final long BUILD_MINUTES = 10;
    private static final boolean AVAILABLE = find();

    private static boolean built;

    private Engine() {}

    /** An image with an interpreter. */
    record Python(String image, String executable) {
        @Override
        public String toString() {
            return image + " " + executable;
        }
    }

    private static boolean find() {
        boolean found = DockerClientFactory.instance().isDockerAvailable();
        if (!found) {
            System.err.println("SKIPPED: the tests in Docker: no engine answers. Start one (`dockerd`), or let .ci/run,"
                    + " which installs one on Debian as root, and makes the images without a registry.");
        }
        return found;
    }

    /** Skips the test on a machine without Docker. */
    static void assumeAvailable() {
        if (!AVAILABLE) {
            throw new TestAbortedException("no Docker engine");
        }
    }

    static DockerClient client() {
        return DockerClientFactory.lazyClient();
    }

    /** Returns the interpreters to test with, one container for each. */
    static List<Python> pythons() {
        String images = System.getenv()
                .getOrDefault(
                        "JARPIPE_DOCKER_PYTHONS", "python:3.8-slim,python:3.11-slim,python:3.13-slim,python:3.14-slim");
        return Stream.of(images.split(",", -1))
                .map(image -> image.split("=", 2))
                .map(parts -> new Python(parts[0], parts.length == 2 ? parts[1] : "python3"))
                .toList();
    }

    /** Returns the image of the daemon, built from the {@code Dockerfile} and the jar under test. */
    static synchronized String image() throws IOException, InterruptedException {
        if (!built) {
            openToContainers(OUTPUT);
            build(OUTPUT.resolve("build.log"));
            built = true;
        }
        return IMAGE;
    }

    /** Makes a folder into which every user may write: containers have others than this process. */
    static Path openToContainers(Path folder) throws IOException {
        Files.createDirectories(folder);
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static void build(Path log) throws IOException, InterruptedException {
        String base = System.getenv().getOrDefault("JARPIPE_DOCKER_BASE", "debian:trixie-slim");
        List<String> command = List.of(
                "docker",
                "build",
                "--network=host", // for engines whose containers cannot resolve names
                "--build-arg=BASE=" + base,
                "--build-arg=JAR=built",
                "--tag=" + IMAGE,
                ROOT.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("docker build failed:\n" + Files.readString(log));
        }
    }
}
