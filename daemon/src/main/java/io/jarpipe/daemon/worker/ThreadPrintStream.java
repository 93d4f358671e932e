package io.jarpipe.daemon.worker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes every call on to the print stream of the calling thread's worker.
 *
 * <p>A plain {@link PrintStream} over a switching output stream would not do: it holds its lock while it writes, so one
 * worker whose parent does not read its stdout would stop the output of all.
 */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would have to be on PrintStream itself
final class ThreadPrintStream extends PrintStream {
    private final Supplier<PrintStream> targets;

    ThreadPrintStream(Supplier<PrintStream> targets) {
        super(OutputStream.nullOutputStream());
        this.targets = targets;
    }

    private PrintStream target() {
        return targets.get();
    }

    @Override
    public void print(boolean value) {
        target().print(value);
    }

    @Override
    public void print(char value) {
        target().print(value);
    }

    @Override
    public void print(int value) {
        target().print(value);
    }

    @Override
    public void print(long value) {
        target().print(value);
    }

    @Override
    public void print(float value) {
        target().print(value);
    }

    @Override
    public void print(double value) {
        target().print(value);
    }

    @Override
    public void print(char[] value) {
        target().print(value);
    }

    @Override
    public void print(@Nullable String value) {
        target().print(value);
    }

    @Override
    public void print(@Nullable Object value) {
        target().print(value);
    }

    @Override
    public void println() {
        target().println();
    }

    @Override
    public void println(boolean value) {
        target().println(value);
    }

    @Override
    public void println(char value) {
        target().println(value);
    }

    @Override
    public void println(int value) {
        target().println(value);
    }

    @Override
    public void println(long value) {
        target().println(value);
    }

    @Override
    public void println(float value) {
        target().println(value);
    }

    @Override
    public void println(double value) {
        target().println(value);
    }

    @Override
    public void println(char[] value) {
        target().println(value);
    }

    @Override
    public void println(@Nullable String value) {
        target().println(value);
    }

    @Override
    public void println(@Nullable Object value) {
        target().println(value);
    }

    @Override
    public void write(int oneByte) {
        target().write(oneByte);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        target().write(bytes, offset, length);
    }

    @Override
    public void writeBytes(byte[] bytes) {
        target().writeBytes(bytes);
    }

    @Override
    public void flush() {
        target().flush();
    }

    @Override
    public void close() {
        target().flush();
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        target().write(bytes);
    }

    @Override
    public boolean checkError() {
        return target().checkError();
    }

    @Override
    public PrintStream printf(String format, @Nullable Object... args) {
        return format(format, args);
    }

    @Override
    public PrintStream printf(@Nullable Locale locale, String format, @Nullable Object... args) {
        return format(locale, format, args);
    }

    @Override
    public PrintStream format(String format, @Nullable Object... args) {
        target().format(format, args);
        return this;
    }

    @Override
    public PrintStream format(@Nullable Locale locale, String format, @Nullable Object... args) {
        target().format(locale, format, args);
        return this;
    }

    @Override
    public PrintStream append(@Nullable CharSequence text) {
        target().append(text);
        return this;
    }

    @Override
    public PrintStream append(@Nullable CharSequence text, int start, int end) {
        target().append(text, start, end);
        return this;
    }

    @Override
    public PrintStream append(char character) {
        target().append(character);
        return this;
    }
}
