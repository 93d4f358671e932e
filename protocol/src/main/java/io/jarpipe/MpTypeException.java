package io.jarpipe;

/** Reports that a Python value is not of the Java type that a parameter or a queue declares. */
public final class MpTypeException extends ProtocolException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final String pythonType;
    private final String javaType;

    /**
     * Creates the exception.
     *
     * @param path where the value is: {@code "argument 'jobs'"}, {@code "item[3]['x']"}
     * @param pythonType its Python type: {@code "int"}
     * @param javaType the type declared: {@code "java.lang.String"}
     * @param detail what else to know, or an empty string
     */
    public MpTypeException(String path, String pythonType, String javaType, String detail) {
        super(path + ": Python " + pythonType + " cannot be a Java " + javaType
                + (detail.isEmpty() ? "" : ": " + detail));
        this.path = path;
        this.pythonType = pythonType;
        this.javaType = javaType;
    }

    /**
     * Returns where the value is.
     *
     * @return a parameter or an item, and the way to the value inside it
     */
    public String path() {
        return path;
    }

    /**
     * Returns the type of the value in Python.
     *
     * @return the qualified name, without {@code builtins}
     */
    public String pythonType() {
        return pythonType;
    }

    /**
     * Returns the type that was declared in Java.
     *
     * @return its name with type arguments
     */
    public String javaType() {
        return javaType;
    }
}
