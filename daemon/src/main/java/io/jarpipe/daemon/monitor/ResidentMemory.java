package io.jarpipe.daemon.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory this process has. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String LINE = "VmRSS:";
    private static final int KIB = 1024;

    private ResidentMemory() {}

    /** Returns the bytes; not a number when the kernel does not tell. */
    static double bytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(LINE))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * KIB)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN; // Prometheus shows that the figure is missing
        }
    }
}
