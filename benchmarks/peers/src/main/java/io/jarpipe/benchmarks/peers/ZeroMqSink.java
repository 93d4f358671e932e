package io.jarpipe.benchmarks.peers;

import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Counts messages; an empty one asks how many they were. */
public final class ZeroMqSink {
    private ZeroMqSink() {}

    /**
     * Serves on a free port of the loopback interface.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (ZContext context = new ZContext();
                ZMQ.Socket socket = context.createSocket(SocketType.PAIR)) {
            socket.bind("tcp://127.0.0.1:*");
            Lifetime.begin(socket.getLastEndpoint());
            long count = 0;
            while (true) {
                if (socket.recv().length > 0) {
                    count++;
                } else {
                    socket.send(Long.toString(count));
                    count = 0;
                }
            }
        }
    }
}
