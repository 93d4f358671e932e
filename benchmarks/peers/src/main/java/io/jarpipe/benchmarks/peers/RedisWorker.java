package io.jarpipe.benchmarks.peers;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Takes requests from one list of a Redis server, and puts the answers into another. */
public final class RedisWorker {
    private static final byte[] REQUESTS = "requests".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLIES = "replies".getBytes(StandardCharsets.US_ASCII);

    private RedisWorker() {}

    /**
     * Works at the server of a Unix socket.
     *
     * @param args path of the socket
     */
    public static void main(String[] args) {
        try (RedisClient client =
                        RedisClient.create(RedisURI.Builder.socket(args[0]).build());
                StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
            connection.setTimeout(Duration.ZERO); // a worker waits for requests as long as it takes
            RedisCommands<byte[], byte[]> redis = connection.sync();
            Lifetime.begin(args[0]);
            while (true) {
                KeyValue<byte[], byte[]> request = redis.blpop(0, REQUESTS);
                redis.lpush(REPLIES, Json.answer(request.getValue()));
            }
        }
    }
}
