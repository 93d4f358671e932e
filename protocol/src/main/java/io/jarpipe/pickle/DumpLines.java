package io.jarpipe.pickle;

import java.io.IOException;

/** The lines of a listing, laid out as {@code pickletools.dis} does (CPython 3.13 Lib/pickletools.py, dis). */
final class DumpLines {
    private static final int INDENT = 4;
    private static final int NAME_WIDTH = 10;
    private static final int CODE_WIDTH = 4;
    private static final int OFFSET_WIDTH = 5;

    /** Deeper ones stand here too: a million marks would make a line of megabytes each. */
    private static final int MAX_INDENTED = 100;

    private final PickleDump.Limits limits;
    private final PythonRepr repr;
    private final Appendable out;
    private long written;
    private boolean hasProblem;
    private long tooDeep;
    private long tooMany;

    DumpLines(PickleDump.Limits limits, Appendable out) {
        this.limits = limits;
        this.repr = new PythonRepr(limits.argument());
        this.out = out;
    }

    /** Returns a value as Python writes it, shortened. */
    String repr(Object value) {
        return repr.of(value);
    }

    /** Adds an instruction with so many marks above it. */
    void add(Instruction instruction, int depth, String note) throws IOException {
        if (depth > limits.depth()) {
            tooDeep++;
            return;
        }
        if (isFull()) {
            return;
        }
        StringBuilder line = new StringBuilder();
        String offset = Integer.toString(instruction.offset());
        line.repeat(' ', Math.max(0, OFFSET_WIDTH - offset.length()))
                .append(offset)
                .append(": ");
        String code = code(instruction.opcode());
        line.append(code)
                .repeat(' ', CODE_WIDTH - code.length() + 1)
                .repeat(' ', INDENT * Math.min(depth, MAX_INDENTED));
        String name = instruction.opcode().name();
        line.append(name);
        Object argument = instruction.argument();
        if (argument != null || !note.isEmpty()) {
            line.repeat(' ', Math.max(0, NAME_WIDTH - name.length()));
        }
        if (argument != null) {
            line.append(' ').append(repr.of(argument));
        }
        if (!note.isEmpty()) {
            line.append(' ').append(note);
        }
        write(line);
    }

    private static String code(Opcode opcode) {
        int code = opcode.code();
        return code < 0x80 ? Character.toString(code) : "\\x" + Integer.toHexString(code);
    }

    /** Adds a line about the whole. */
    void add(String line) throws IOException {
        if (!isFull()) {
            write(line);
        }
    }

    /** Adds what is wrong; the first time whatever the limits. */
    void problem(String line) throws IOException {
        if (hasProblem) {
            add(line);
        } else {
            hasProblem = true;
            finish();
            write(line);
        }
    }

    /** Says how much was left out since the last line. */
    void finish() throws IOException {
        sayDeep();
        if (tooMany > 0) {
            long left = tooMany;
            tooMany = 0;
            write("... " + left + " more");
        }
    }

    private boolean isFull() throws IOException {
        sayDeep();
        if (written < limits.lines()) {
            return false;
        }
        tooMany++;
        return true;
    }

    private void sayDeep() throws IOException {
        if (tooDeep > 0) {
            long left = tooDeep;
            tooDeep = 0;
            if (written < limits.lines()) {
                write("... " + left + " instructions below more than " + limits.depth() + " marks");
            } else {
                tooMany += left;
            }
        }
    }

    private void write(CharSequence line) throws IOException {
        written++;
        out.append(line).append('\n');
    }
}
