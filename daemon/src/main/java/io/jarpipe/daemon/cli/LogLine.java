package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.config.LogFormat;
import io.jarpipe.daemon.worker.LogContext;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** Makes a line of a record: for people, or a JSON object. */
final class LogLine extends Formatter {
    /** C0 controls, and what would end the string. */
    private static final int FIRST_PRINTABLE = 0x20;

    /** Made for the first line: most private daemons have nothing to say. */
    private static final class Clock {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxx").withZone(ZoneId.systemDefault());
    }

    private final LogFormat format;

    LogLine(LogFormat format) {
        this.format = format;
    }

    /** Called on the thread that logs, so that it is known whom the record is about. */
    @Override
    public String format(LogRecord record) {
        return switch (format) {
            case TEXT -> text(record);
            case JSON -> json(record);
        };
    }

    private String text(LogRecord record) {
        String message = formatMessage(record);
        String about = LogContext.current()
                .filter(name -> !message.contains(name))
                .map(name -> "[" + name + "] ")
                .orElse("");
        String trace = record.getThrown() == null
                ? ""
                : "\n" + stackTrace(record.getThrown()).stripTrailing();
        return String.format(
                "%s %-7s %s%s%s%n",
                Clock.TIME.format(record.getInstant()), record.getLevel().getName(), about, message, trace);
    }

    private String json(LogRecord record) {
        StringBuilder line = new StringBuilder("{");
        field(line, "time", Clock.TIME.format(record.getInstant()));
        field(line, "level", record.getLevel().getName());
        field(line, "logger", String.valueOf(record.getLoggerName()));
        field(line, "thread", Thread.currentThread().getName());
        LogContext.current().ifPresent(name -> field(line, "worker", name));
        field(line, "message", formatMessage(record));
        if (record.getThrown() != null) {
            field(line, "exception", stackTrace(record.getThrown()));
        }
        return line.append("}\n").toString();
    }

    private static void field(StringBuilder line, String name, String value) {
        line.append(line.length() > 1 ? ",\"" : "\"").append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> line.append('\\').append(c);
                case '\n' -> line.append("\\n");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c < FIRST_PRINTABLE || Character.isSurrogate(c)) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
