package io.jarpipe.daemon;

/** The version of this daemon and of the launch protocol it speaks. */
public final class Version {
    /** The launch protocol: raised when a client has to know that something changed. */
    public static final int PROTOCOL = 1;

    private Version() {}

    /**
     * Returns the version of jarpipe, from the manifest of its jar.
     *
     * @return for example {@code "0.1.0"}; {@code "development"} when run from classes
     */
    public static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
