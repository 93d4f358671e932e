package io.jarpipe;

import java.util.Optional;

/**
 * Who connected to a listener.
 *
 * @param name the peer's address as CPython prints {@code Listener.last_accepted}: empty for a Unix client, which is
 *     hardly ever bound to a name; {@code ('127.0.0.1', 50312)} for a TCP client
 * @param credentials the process behind a Unix socket; empty for TCP
 */
public record MpPeer(String name, Optional<Credentials> credentials) {
    /**
     * What the kernel says of the process that connected (SO_PEERCRED).
     *
     * @param pid its process id; 0 when it lives in another pid namespace
     * @param uid its effective user
     * @param gid its effective group
     */
    public record Credentials(int pid, int uid, int gid) {}

    /** Names the peer for log lines: {@code process 712 of user 1000}, or its address. */
    @Override
    public String toString() {
        return credentials
                .map(process -> "process " + process.pid() + " of user " + process.uid())
                .orElse(name);
    }
}
