package io.jarpipe.interop;

import java.nio.file.Path;
import java.util.Map;

/** What Python is told of what is tested: the packaged jar, the workers, the Python package. */
final class TestEnvironment {
    /** The Python package's sources. */
    static final Path CLIENT_SOURCES =
            Path.of(System.getProperty("jarpipe.python.path")).normalize();

    private TestEnvironment() {}

    /** Returns variables of the environment. */
    static Map<String, String> variables() {
        return Map.of(
                "JARPIPE_JAVA_OPTIONS",
                "-Djarpipe.leakDetection=on",
                "JARPIPE_JAR",
                Path.of(System.getProperty("jarpipe.jar")).normalize().toString(),
                "JARPIPE_CLASSPATH",
                System.getProperty("jarpipe.workers"),
                "JARPIPE_JAVA",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "JARPIPE_CACHE",
                "off",
                "PYTHONPATH",
                CLIENT_SOURCES.toString(),
                "PYTHONPYCACHEPREFIX",
                Path.of("target", "pycache").toAbsolutePath().toString());
    }
}
