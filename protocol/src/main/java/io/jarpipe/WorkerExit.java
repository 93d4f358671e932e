package io.jarpipe;

/**
 * Ends a worker with an exit code of its choice, as {@code sys.exit(code)} ends a Python process.
 *
 * <p>Worker code may simply call {@link System#exit}: the daemon directs that call here, because the JVM it would end
 * belongs to all workers. A reference such as {@code System::exit}, or a call by reflection, is not directed.
 */
@SuppressWarnings("DoNotCallSuggester") // to be called is what these methods are for
public final class WorkerExit extends Error {
    private static final long serialVersionUID = 1L;
    private static final int CODE_MASK = 0xff;

    private final int code;

    private WorkerExit(int code) {
        super("exit code " + (code & CODE_MASK), null, false, false);
        this.code = code & CODE_MASK;
    }

    /**
     * Ends the worker; never returns. Called on a thread that the worker has started, it ends the whole worker too.
     *
     * @param code the exit code, of which the lowest eight bits count
     */
    public static void exit(int code) {
        throw new WorkerExit(code);
    }

    /**
     * Stands for {@link Runtime#exit} and {@link Runtime#halt} in worker code.
     *
     * @param runtime the receiver of the call, without meaning here
     * @param code the exit code, of which the lowest eight bits count
     */
    public static void exit(Runtime runtime, int code) {
        exit(code);
    }

    /**
     * Returns the exit code.
     *
     * @return 0 to 255
     */
    public int code() {
        return code;
    }
}
