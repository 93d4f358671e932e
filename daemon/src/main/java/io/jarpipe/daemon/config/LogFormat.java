package io.jarpipe.daemon.config;

/** What a record of the log looks like. */
public enum LogFormat {
    /** A line for people: time, level, worker, message. */
    TEXT,
    /** A JSON object on a line of its own. */
    JSON
}
