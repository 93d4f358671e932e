package io.jarpipe.daemon.cli;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.config.KeyFile;
import io.jarpipe.daemon.control.ControlClient;
import io.jarpipe.pickle.JarpipeCodec;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which daemon a command asks. */
final class ClientOptions {
    @Option(
            names = "--address",
            paramLabel = "PATH|@NAME",
            defaultValue = "${env:JARPIPE_ADDRESS}",
            description = "Where the daemon listens. Default: JARPIPE_ADDRESS, or where 'jarpipe serve' listens.")
    private @Nullable String address;

    @Option(
            names = "--authkey-file",
            paramLabel = "FILE",
            defaultValue = "${env:JARPIPE_AUTHKEY_FILE}",
            description =
                    "File with the daemon's key. Default: JARPIPE_AUTHKEY_FILE, or the address with .key appended.")
    private @Nullable Path authkeyFile;

    /** Returns where the daemon listens. */
    String address() throws IOException {
        return address == null || address.isEmpty() ? DefaultAddress.get() : address;
    }

    /** Connects to the daemon; the caller closes the connection. */
    ControlClient connect() throws IOException, InterruptedException {
        String where = address();
        byte[] key = KeyFile.read(authkeyFile != null ? authkeyFile : Path.of(where + ".key"));
        return ControlClient.connect(MpAddress.of(where), key, new JarpipeCodec());
    }
}
