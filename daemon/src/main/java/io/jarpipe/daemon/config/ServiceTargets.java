package io.jarpipe.daemon.config;

import io.jarpipe.MpAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code ADDRESS=TARGET}. */
final class ServiceTargets {
    private ServiceTargets() {}

    /** What one item of the list means. */
    record Target(MpAddress address, String code) {}

    static Target parse(String text) {
        int separator = text.lastIndexOf('=');
        if (separator < 0) {
            throw new IllegalArgumentException("has no = (expected: ADDRESS=pkg.Class::method)");
        }
        return new Target(MpAddress.of(text.substring(0, separator)), text.substring(separator + 1));
    }

    static Map<MpAddress, String> of(Configuration configuration) {
        Map<MpAddress, String> targets = new LinkedHashMap<>();
        for (Object item : configuration.list(Setting.SERVICE)) {
            Target target = parse((String) item);
            targets.put(target.address(), target.code());
        }
        return targets;
    }
}
