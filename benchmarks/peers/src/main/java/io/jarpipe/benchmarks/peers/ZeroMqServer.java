package io.jarpipe.benchmarks.peers;

import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Answers requests one after the other. */
public final class ZeroMqServer {
    private ZeroMqServer() {}

    /**
     * Serves on a free port of the loopback interface: the {@code ipc} sockets of JeroMQ only reach JeroMQ.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (ZContext context = new ZContext();
                ZMQ.Socket socket = context.createSocket(SocketType.REP)) {
            socket.bind("tcp://127.0.0.1:*");
            Lifetime.begin(socket.getLastEndpoint());
            while (true) {
                socket.send(Json.answer(socket.recv()));
            }
        }
    }
}
