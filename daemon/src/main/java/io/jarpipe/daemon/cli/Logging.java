package io.jarpipe.daemon.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Sends the daemon's log to its own stderr, one line a record, whatever {@code System.err} means to a worker. */
final class Logging {
    private static final String FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$-7s %5$s%6$s%n";

    /** How much the daemon says. */
    enum Verbosity {
        /** Failures of the daemon itself. */
        ERROR,
        /** And what an operator should look at. */
        WARNING,
        /** And what it does. */
        INFO,
        /** And why. */
        DEBUG;

        private Level level() {
            return switch (this) {
                case ERROR -> Level.SEVERE;
                case WARNING -> Level.WARNING;
                case INFO -> Level.INFO;
                case DEBUG -> Level.FINE;
            };
        }
    }

    private Logging() {}

    /** Configures the log and returns the stream it goes to. */
    static PrintStream install(Verbosity verbosity) {
        System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
        System.setProperty("java.util.logging.SimpleFormatter.format", FORMAT);
        PrintStream stderr = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Logger root = Logger.getLogger("");
        for (Handler console : root.getHandlers()) {
            root.removeHandler(console);
        }
        root.setLevel(verbosity.level());
        root.addHandler(new StreamLines(stderr));
        // Netty's own debugging is of no use to anybody here.
        Logger.getLogger("io.netty").setLevel(Level.WARNING);
        return stderr;
    }

    /** Writes each record at once. */
    private static final class StreamLines extends Handler {
        private final PrintStream target;

        StreamLines(PrintStream target) {
            this.target = target;
            setFormatter(new SimpleFormatter());
        }

        @Override
        public void publish(LogRecord record) {
            target.print(getFormatter().format(record));
        }

        @Override
        public void flush() {
            target.flush();
        }

        @Override
        public void close() {
            flush();
        }
    }
}
