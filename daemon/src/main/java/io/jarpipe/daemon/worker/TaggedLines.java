package io.jarpipe.daemon.worker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Puts a tag before each line and writes whole lines at once, so that those of several workers do not mix. */
final class TaggedLines extends OutputStream {
    /** A longer line is written in pieces, lest a worker that never ends one uses up the memory. */
    private static final int LONGEST_LINE = 64 * 1024;

    private final byte[] tag;
    private final OutputStream target;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private boolean atLineStart = true;

    TaggedLines(byte[] tag, OutputStream target) {
        this.tag = tag.clone();
        this.target = target;
    }

    @Override
    public synchronized void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        boolean ended = false;
        for (int i = offset; i < offset + length; i++) {
            if (atLineStart) {
                lines.writeBytes(tag);
            }
            lines.write(bytes[i]);
            atLineStart = bytes[i] == '\n';
            ended |= atLineStart;
        }
        if (ended || lines.size() > LONGEST_LINE) {
            flushLines();
        }
    }

    private void flushLines() throws IOException {
        byte[] text = lines.toByteArray();
        lines.reset();
        target.write(text);
    }

    /** Ends a line that the worker has left unfinished. */
    synchronized void finish() throws IOException {
        if (!atLineStart) {
            write('\n');
        }
    }
}
