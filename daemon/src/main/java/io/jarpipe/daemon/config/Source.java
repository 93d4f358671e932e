package io.jarpipe.daemon.config;

import java.nio.file.Path;

/** Where a value comes from. */
sealed interface Source {
    /** Names the source, the setting in it and its value, as an error message begins. */
    String at(Setting setting, String value);

    /** The command line. */
    record Flag() implements Source {
        @Override
        public String at(Setting setting, String value) {
            return value.isEmpty() ? setting.flag() : setting.flag() + " " + value;
        }

        @Override
        public String toString() {
            return "command line";
        }
    }

    /** A variable of the environment. */
    record Environment() implements Source {
        @Override
        public String at(Setting setting, String value) {
            return "environment: " + setting.variable() + " = " + value;
        }

        @Override
        public String toString() {
            return "environment";
        }
    }

    /** A line of a file. */
    record Line(Path file, int number) implements Source {
        @Override
        public String at(Setting setting, String value) {
            return this + ": " + setting.key() + " = " + value;
        }

        @Override
        public String toString() {
            return file + ":" + number;
        }
    }

    /** Nobody has set it. */
    record Default() implements Source {
        @Override
        public String at(Setting setting, String value) {
            return setting.key() + " = " + value;
        }

        @Override
        public String toString() {
            return "default";
        }
    }
}
