package io.jarpipe.daemon.worker;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpTypeException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reports that a process could not be started, as the exception that {@code Process.start()} will raise in Python. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String MODULE = "jarpipe.errors";

    /** All errors that a process's start can end with. */
    public static final Set<String> PYTHON_CLASSES = Set.of(
            "TargetError",
            "ArgumentError",
            "ForkContextError",
            "VanishedError",
            "UnsupportedArgument",
            "DaemonFull",
            "DaemonTooOld",
            "StartError");

    private final String pythonClass;
    private final transient Map<String, @Nullable Object> fields;

    private StartException(
            String pythonClass, String message, Map<String, @Nullable Object> fields, @Nullable Throwable cause) {
        super(message, cause);
        this.pythonClass = pythonClass;
        this.fields = fields;
    }

    /** What was named as target cannot be run. */
    static StartException target(String target, String message, @Nullable Throwable cause) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("target", target);
        return new StartException("TargetError", message, fields, cause);
    }

    /** An argument is not of the parameter's type. */
    static StartException argument(String target, MpTypeException cause) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("parameter", cause.path());
        fields.put("python_type", cause.pythonType());
        fields.put("java_type", cause.javaType());
        return new StartException("ArgumentError", target + ": " + cause.getMessage(), fields, cause);
    }

    /** An argument cannot be shared with Java. */
    static StartException sharedObject(MpSharingException cause) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        String pythonClass = switch (cause.reason()) {
            case FORK_CONTEXT -> "ForkContextError";
            case VANISHED -> "VanishedError";
            case UNSUPPORTED, MALFORMED -> "UnsupportedArgument";
            case SENDER_GONE, ALREADY_RECEIVED, AUTHENTICATION, NO_KEY, TIMED_OUT, FAILED -> "StartError";
        };
        if (pythonClass.equals("StartError")) {
            return other(String.valueOf(cause.getMessage()), cause);
        }
        boolean unsupported = pythonClass.equals("UnsupportedArgument");
        fields.put(unsupported ? "python_type" : "object", cause.pythonType());
        if (cause.reason() == MpSharingException.Reason.VANISHED) {
            fields.put("name", cause.name());
        }
        return new StartException(pythonClass, String.valueOf(cause.getMessage()), fields, cause);
    }

    /** A descriptor travels inside an object that Java does not look into. */
    static StartException hiddenDescriptors(int count) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("python_type", "object");
        return new StartException(
                "UnsupportedArgument",
                count
                        + " descriptors belong to a Queue, Connection or socket inside an object that Java cannot open: pass"
                        + " it as an argument of its own, or in a list, tuple or dict",
                fields,
                null);
    }

    /**
     * The client is newer than this daemon.
     *
     * @param version the daemon's version
     * @param needed the launch protocol that the client speaks
     * @param spoken the newest that the daemon speaks
     * @return the exception
     */
    public static StartException daemonTooOld(String version, long needed, long spoken) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("daemon", version);
        fields.put("found", spoken);
        fields.put("needed", needed);
        return new StartException(
                "DaemonTooOld",
                "the daemon (jarpipe " + version + ") speaks launch protocol " + spoken + ", the client needs " + needed
                        + ": install the same version of jarpipe on both sides",
                fields,
                null);
    }

    /** The daemon takes no further worker for the time being. */
    static StartException full(String limit, int value, String message) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("limit", limit);
        fields.put("value", value);
        return new StartException("DaemonFull", message, fields, null);
    }

    /**
     * Returns which error Python raises.
     *
     * @return the name of a class of {@code jarpipe.errors}
     */
    public String pythonClass() {
        return pythonClass;
    }

    /** Something else failed in the daemon. */
    static StartException other(String message, Throwable cause) {
        System.getLogger(StartException.class.getName()).log(Level.WARNING, message, cause);
        return new StartException("StartError", message, Map.of(), cause);
    }

    /**
     * Returns the exception as Python unpickles it: a class of {@code jarpipe.errors} called with message and fields.
     *
     * @return the recipe of the exception
     */
    public PyObject toPython() {
        return PyObject.reduce(new PyGlobal(MODULE, pythonClass), PyTuple.of(getMessage(), fields));
    }
}
