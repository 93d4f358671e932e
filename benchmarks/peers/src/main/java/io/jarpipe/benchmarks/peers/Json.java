package io.jarpipe.benchmarks.peers;

import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/** The one JSON library of all servers; the values are maps, lists, strings, numbers and booleans. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    /** Decodes an object, and encodes it again; any other message is its own answer. */
    static byte[] answer(byte[] message) {
        return message[0] == '{' ? encode(decode(message)) : message;
    }

    /** Decodes a value, and encodes it again. */
    static String echo(String json) {
        return MAPPER.writeValueAsString(MAPPER.readValue(json, Object.class));
    }

    /** Decodes a value other than null, which is no message of gRPC's. */
    static Object decode(byte[] json) {
        return Objects.requireNonNull(MAPPER.readValue(json, Object.class));
    }

    static byte[] encode(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }
}
