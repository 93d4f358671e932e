package io.jarpipe.benchmarks.peers;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;

/** Takes requests from one list of a Redis server, and puts the answers into another. */
public final class RedisWorker {
    private RedisWorker() {}

    /**
     * Works at the server of a Unix socket.
     *
     * @param args path of the socket
     */
    public static void main(String[] args) {
        try (RedisClient client =
                        RedisClient.create(RedisURI.Builder.socket(args[0]).build());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.setTimeout(Duration.ZERO); // a worker waits for requests as long as it takes
            RedisCommands<String, String> redis = connection.sync();
            Lifetime.begin(args[0]);
            while (true) {
                KeyValue<String, String> request = redis.blpop(0, "requests");
                redis.lpush("replies", Json.echo(request.getValue()));
            }
        }
    }
}
