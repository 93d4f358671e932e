package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.config.LogFormat;
import io.jarpipe.daemon.config.LogLevel;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sends the daemon's log to its own stderr, one line a record, whatever {@code System.err} means to a worker. */
final class Logging {
    private static final Logger ROOT = Logger.getLogger("");
    // Netty's own debugging is of no use to anybody here. A field, because only references keep a logger's level.
    private static final Logger NETTY = Logger.getLogger("io.netty");

    private Logging() {}

    /** Configures the log and returns the stream it goes to; called before anything is logged. */
    static PrintStream install(LogLevel level, LogFormat format) {
        PrintStream stderr = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        for (Handler console : ROOT.getHandlers()) {
            ROOT.removeHandler(console);
        }
        ROOT.addHandler(new StreamLines(stderr));
        NETTY.setLevel(Level.WARNING);
        change(level, format);
        return stderr;
    }

    /** Changes what is logged and how, at any time. */
    static void change(LogLevel level, LogFormat format) {
        ROOT.setLevel(
                switch (level) {
                    case ERROR -> Level.SEVERE;
                    case WARNING -> Level.WARNING;
                    case INFO -> Level.INFO;
                    case DEBUG -> Level.FINE;
                });
        for (Handler lines : ROOT.getHandlers()) {
            lines.setFormatter(new LogLine(format));
        }
    }

    /** Writes each record at once. */
    private static final class StreamLines extends Handler {
        private final PrintStream target;

        StreamLines(PrintStream target) {
            this.target = target;
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
