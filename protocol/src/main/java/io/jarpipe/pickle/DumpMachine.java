package io.jarpipe.pickle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * What unpickling would do to the stack and the memo, as far as a listing needs it: how many values there are, where
 * the marks are, which numbers the memo has.
 */
final class DumpMachine {
    /** A mark on the stack: where in the pickle its opcode is, and how many values are below it. */
    private record Mark(int offset, long below) {}

    private final Deque<Mark> marks = new ArrayDeque<>();
    private final Set<Long> memo = new HashSet<>();
    private long values;

    /** Returns how many marks are on the stack. */
    int depth() {
        return marks.size();
    }

    /** Returns how many values and marks are on the stack. */
    long size() {
        return values + marks.size();
    }

    /**
     * Does what an opcode does.
     *
     * @return what to say about it, {@code "(MARK at 7)"} or {@code "(as 3)"}, or an empty string
     * @throws Malformed if it cannot be done
     */
    String step(Instruction instruction) {
        Opcode opcode = instruction.opcode();
        String note = switch (opcode) {
            case MARK -> {
                marks.push(new Mark(instruction.offset(), values));
                yield "";
            }
            case APPENDS, SETITEMS, ADDITEMS -> popMark() + drop(1);
            case LIST, DICT, TUPLE, FROZENSET, INST, POP_MARK -> popMark();
            case OBJ -> {
                drop(1);
                yield popMark();
            }
            case POP -> isMarkOnTop() ? popMark() : drop(1);
            case APPEND, TUPLE2, STACK_GLOBAL, REDUCE, BUILD, NEWOBJ -> drop(2);
            case SETITEM, TUPLE3, NEWOBJ_EX -> drop(3);
            case TUPLE1, READONLY_BUFFER, BINPERSID, DUP, STOP -> drop(1);
            case PUT, BINPUT, LONG_BINPUT -> put(memoIndex(instruction));
            case MEMOIZE -> {
                put(memo.size());
                yield "(as " + (memo.size() - 1) + ")";
            }
            case GET, BINGET, LONG_BINGET -> get(memoIndex(instruction));
            default -> "";
        };
        values += pushed(opcode);
        return note;
    }

    private static int pushed(Opcode opcode) {
        return switch (opcode) {
            case MARK, POP, POP_MARK, PUT, BINPUT, LONG_BINPUT, MEMOIZE, PROTO, FRAME, STOP -> 0;
            case DUP -> 2;
            default -> 1;
        };
    }

    private static long memoIndex(Instruction instruction) {
        return instruction.argument() instanceof Long index ? index : -1;
    }

    private boolean isMarkOnTop() {
        Mark top = marks.peek();
        return top != null && top.below() == values;
    }

    private String popMark() {
        Mark mark = marks.poll();
        if (mark == null) {
            throw new Malformed("a MARK on the stack", "none");
        }
        values = mark.below();
        return "(MARK at " + mark.offset() + ")";
    }

    private String drop(int count) {
        Mark mark = marks.peek();
        long there = mark == null ? values : values - mark.below();
        if (there < count) {
            throw new Malformed(
                    count + (count == 1 ? " value" : " values") + " on the stack",
                    there + (mark == null ? "" : " above the MARK at " + mark.offset()));
        }
        values -= count;
        return "";
    }

    private String put(long index) {
        if (values == 0 || isMarkOnTop()) {
            throw new Malformed("a value to remember", values == 0 ? "an empty stack" : "a MARK");
        }
        memo.add(index);
        return "";
    }

    private String get(long index) {
        if (!memo.contains(index)) {
            throw new Malformed("a number in the memo", "one that was never stored");
        }
        return "";
    }
}
