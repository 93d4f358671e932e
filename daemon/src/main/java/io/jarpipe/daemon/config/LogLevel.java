package io.jarpipe.daemon.config;

/** How much the daemon logs. */
public enum LogLevel {
    /** Failures of the daemon itself. */
    ERROR,
    /** And what an operator should look at. */
    WARNING,
    /** And what it does. */
    INFO,
    /** And why. */
    DEBUG
}
