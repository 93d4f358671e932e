package io.jarpipe.pickle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Lists what is in pickles and in recorded {@code multiprocessing} messages, opcode by opcode, like Python's
 * {@code pickletools.dis}: offset, code, name, argument; indented by marks, with the numbers of the memo.
 *
 * <p>Nothing is built and nothing runs. Any bytes can be listed: what is wrong with them stands where it is found, with
 * its offset and what was expected there. Announced lengths are compared with what is there before anything is
 * allocated.
 */
public final class PickleDump {
    /** What the bytes are. */
    public enum Form {
        /** What their beginning looks like. */
        AUTO,
        /** One pickle, or several in a row. */
        PICKLES,
        /** Messages as they are on a pipe or socket, each with its length in front. */
        FRAMES
    }

    /**
     * How much to show.
     *
     * @param argument of a string, bytes or an integer so many characters
     * @param depth instructions below so many marks
     * @param lines so many lines in all
     */
    public record Limits(int argument, int depth, long lines) {
        /** For reading on a terminal: arguments up to 80 characters, 50 marks. */
        public static final Limits READABLE = new Limits(80, 50, Long.MAX_VALUE);

        /** For messages about failures: 200 lines at most. */
        public static final Limits MESSAGE = new Limits(80, 50, 200);

        /** Everything. */
        public static final Limits FULL = new Limits(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);

        /**
         * Checks the limits.
         *
         * @param argument of a string, bytes or an integer so many characters
         * @param depth instructions below so many marks
         * @param lines so many lines in all
         */
        public Limits {
            if (argument < 1 || depth < 0 || lines < 1) {
                throw new IllegalArgumentException("limits: argument " + argument + ", depth " + depth + ", lines "
                        + lines + " (expected: at least 1, 0, 1)");
            }
        }
    }

    private static final int HEADER = Integer.BYTES;
    private static final int LONG_HEADER = HEADER + Long.BYTES;
    private static final int FIRST_BYTE_OF_PICKLES = 0x80;

    private final DumpLines lines;
    private boolean sound = true;

    private PickleDump(DumpLines lines) {
        this.lines = lines;
    }

    /**
     * Lists pickles or frames for a message, shortened where they are long.
     *
     * @param bytes what to list
     * @return the lines
     */
    public static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        try {
            write(bytes, Form.AUTO, Limits.MESSAGE, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringBuilder throws none
        }
        return text.toString();
    }

    /**
     * Lists pickles or frames.
     *
     * @param bytes what to list
     * @param form what they are
     * @param limits how much of them to show
     * @param out where the lines go
     * @return whether all of them is as it should be
     * @throws IOException when {@code out} throws it
     */
    public static boolean write(byte[] bytes, Form form, Limits limits, Appendable out) throws IOException {
        PickleDump dump = new PickleDump(new DumpLines(limits, out));
        boolean frames = form == Form.FRAMES || (form == Form.AUTO && looksLikeFrames(bytes));
        if (frames) {
            dump.frames(bytes);
        } else {
            dump.pickles(bytes);
        }
        dump.lines.finish();
        return dump.sound;
    }

    /**
     * Pickles from protocol 2 on begin with 0x80, which no acceptable length does. In older ones the first bytes would
     * have to be the length of something that fits.
     */
    private static boolean looksLikeFrames(byte[] bytes) {
        if (bytes.length == 0 || (bytes[0] & 0xff) == FIRST_BYTE_OF_PICKLES) {
            return false;
        }
        if (bytes[0] == 0 || bytes[0] == (byte) 0xff) {
            return true;
        }
        return bytes.length >= HEADER && ByteBuffer.wrap(bytes).getInt() <= bytes.length - HEADER && bytes[0] > 0;
    }

    private void frames(byte[] bytes) throws IOException {
        int position = 0;
        while (position < bytes.length) {
            long length = lengthAt(bytes, position);
            int header = length < 0 || bytes[position] == (byte) 0xff ? LONG_HEADER : HEADER;
            if (length < 0 || length > bytes.length - position - header) {
                truncated(bytes, position, header, length);
                return;
            }
            lines.add("frame at " + position + ": " + length + " bytes");
            int start = position + header;
            position = start + (int) length;
            message(Arrays.copyOfRange(bytes, start, position), start);
        }
    }

    /** Returns the length of the frame at a position; -1 when its header is not whole or not one. */
    private static long lengthAt(byte[] bytes, int position) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).position(position);
        if (buffer.remaining() < HEADER) {
            return -1;
        }
        int length = buffer.getInt();
        if (length >= 0) {
            return length;
        }
        return length == -1 && buffer.remaining() >= Long.BYTES ? Math.max(-1, buffer.getLong()) : -1;
    }

    private void truncated(byte[] bytes, int position, int header, long length) throws IOException {
        int left = bytes.length - position;
        if (length < 0) {
            problem(
                    position,
                    new Malformed(
                            "a frame's header, 4 bytes or ff ff ff ff and 8",
                            new PythonRepr(LONG_HEADER).of(Arrays.copyOfRange(bytes, position, bytes.length))));
            return;
        }
        lines.add("frame at " + position + ": " + length + " bytes");
        problem(bytes.length, new Malformed(length + " bytes of a frame", (left - header) + " bytes"));
        message(Arrays.copyOfRange(bytes, position + header, bytes.length), position + header);
    }

    /** Lists a message: a pickle, or the bytes of {@code send_bytes}. */
    private void message(byte[] body, int offset) throws IOException {
        if (body.length == 0 || (body[0] & 0xff) != FIRST_BYTE_OF_PICKLES) {
            lines.add(lines.repr(body));
            return;
        }
        Source source = new Source(body);
        if (pickle(source, offset) && source.available() > 0) {
            lines.add(source.available() + " bytes behind the pickle");
        }
    }

    private void pickles(byte[] bytes) throws IOException {
        Source source = new Source(bytes);
        boolean more = true;
        while (more) {
            int start = source.position();
            if (start > 0) {
                lines.add("pickle at " + start);
            }
            more = pickle(source, 0) && source.available() > 0;
        }
    }

    /** Lists one pickle; false when its end was not found. {@code base} is where the source begins. */
    private boolean pickle(Source source, int base) throws IOException {
        DumpMachine machine = new DumpMachine();
        while (true) {
            int start = source.position();
            try {
                Instruction read = Instruction.read(source);
                Instruction instruction = new Instruction(base + read.offset(), read.opcode(), read.argument());
                int depth = machine.depth();
                Malformed impossible = null;
                String note = "";
                try {
                    note = machine.step(instruction);
                } catch (Malformed e) {
                    impossible = e;
                }
                lines.add(instruction, depth, note);
                if (impossible != null) {
                    problem(instruction.offset(), impossible);
                    return false;
                }
                if (read.opcode() == Opcode.STOP) {
                    stopped(instruction.offset(), machine);
                    return true;
                }
            } catch (Malformed e) {
                problem(base + start, e);
                return false;
            }
        }
    }

    private void stopped(int offset, DumpMachine machine) throws IOException {
        if (machine.size() > 0) {
            problem(offset, new Malformed("one value on the stack at STOP", machine.size() + " more"));
        }
    }

    private void problem(int offset, Malformed malformed) throws IOException {
        sound = false;
        lines.problem("offset " + offset + ": expected " + malformed.expected() + ", got " + malformed.got());
    }
}
