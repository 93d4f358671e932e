package io.jarpipe.daemon.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Optional;

/** Where the executable jar begins. */
public final class Main {
    private static final int FAILED = 1;

    private Main() {}

    /**
     * Runs the command line and ends the JVM with its exit code: 0 done, 1 failed, 2 wrong usage.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        // Before anything asks for a logger: the usual manager closes the log while the daemon still drains.
        System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
        Optional<PrivateDaemon> launched = PrivateDaemon.launchedWith(args);
        System.exit(launched.isPresent() ? run(launched.get()) : JarpipeCommand.run(args));
    }

    private static int run(PrivateDaemon daemon) {
        try {
            return daemon.run();
        } catch (Exception e) {
            report(e, new PrintWriter(System.err, true, Charset.defaultCharset()));
            return FAILED;
        }
    }

    /** Says on one line why a command has failed. */
    static void report(Exception failure, PrintWriter err) {
        err.println("jarpipe: " + failure.getMessage());
        if (System.getenv("JARPIPE_DEBUG") != null) {
            failure.printStackTrace(err);
        }
    }
}
