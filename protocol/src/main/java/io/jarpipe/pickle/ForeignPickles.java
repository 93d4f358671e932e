package io.jarpipe.pickle;

import org.jspecify.annotations.Nullable;

/**
 * Recognises what other libraries make of pickles, so that an error can say whose it is. What they pickle by value,
 * functions above all, is an opaque object like any other and goes back unchanged.
 */
final class ForeignPickles {
    private ForeignPickles() {}

    /** Returns the library whose helper a module is, or null. */
    static @Nullable String writerOf(String module) {
        return switch (top(module)) {
            case "dill" -> "dill";
            case "cloudpickle" -> "cloudpickle";
            case "torch" -> "torch";
            default -> null;
        };
    }

    private static String top(String module) {
        int dot = module.indexOf('.');
        return dot < 0 ? module : module.substring(0, dot);
    }

    /** Returns what bytes are instead of a pickle, or null: {@code torch.save} writes a zip file. */
    static @Nullable String otherFormat(byte[] bytes) {
        return bytes.length >= 4 && bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == 3 && bytes[3] == 4
                ? "a zip file, as torch.save writes them"
                : null;
    }
}
