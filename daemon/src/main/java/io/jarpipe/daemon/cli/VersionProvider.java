package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.Version;
import picocli.CommandLine.IVersionProvider;

/** Prints what {@code jarpipe --version} prints. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "jarpipe " + Version.number() + " (launch protocol " + Version.PROTOCOL + ", Java " + Runtime.version()
                    + ")"
        };
    }
}
