package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.config.Configuration;
import io.jarpipe.daemon.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;

/** Who may connect, by uid: the daemon's own user, root, and those that are named. May change at any time. */
final class AllowedUsers implements IntPredicate {
    private static final int ROOT = 0;

    private final int own;
    private volatile Set<Integer> named = Set.of();

    AllowedUsers(Configuration configuration) throws IOException {
        this.own = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        change(configuration);
    }

    /** Takes over the list of another configuration. */
    void change(Configuration configuration) {
        Set<Integer> uids = new HashSet<>();
        configuration.list(Setting.ALLOW_UID).forEach(uid -> uids.add((Integer) uid));
        named = Set.copyOf(uids);
    }

    @Override
    public boolean test(int uid) {
        return uid == own || uid == ROOT || named.contains(uid);
    }
}
