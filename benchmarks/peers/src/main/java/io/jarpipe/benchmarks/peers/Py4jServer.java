package io.jarpipe.benchmarks.peers;

import py4j.GatewayServer;

/** The entry point of a gateway, whose methods Python calls. */
public final class Py4jServer {
    private Py4jServer() {}

    /**
     * Does nothing.
     *
     * @param message any text
     * @return the same
     */
    public String raw(String message) {
        return message;
    }

    /**
     * Decodes a value, and encodes it again.
     *
     * @param json the value
     * @return the value
     */
    public String echo(String json) {
        return Json.echo(json);
    }

    /**
     * Serves on a free port, which it prints.
     *
     * @param args none
     */
    public static void main(String[] args) {
        GatewayServer server = new GatewayServer(new Py4jServer(), 0);
        server.start();
        Lifetime.begin(Integer.toString(server.getListeningPort()));
    }
}
