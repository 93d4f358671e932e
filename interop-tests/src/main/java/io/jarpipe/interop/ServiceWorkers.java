package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.PyTuple;
import java.io.EOFException;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What the tests serve with {@code jarpipe serve --service}. */
public final class ServiceWorkers {
    private static final AtomicInteger CALLS = new AtomicInteger();

    private ServiceWorkers() {}

    /** Sends back objects until the client is gone. */
    public static void echo(MpConnection client) throws IOException, InterruptedException {
        while (true) {
            client.send(client.recv());
        }
    }

    /** Sends back bytes until the client is gone. */
    public static void echoBytes(MpConnection client) throws IOException, InterruptedException {
        while (true) {
            client.sendBytes(client.recvBytes());
        }
    }

    /** Speaks first: how many clients there have been, and on what kind of thread; then returns. */
    public static void greet(MpConnection client) throws IOException, InterruptedException {
        client.send(PyTuple.of(
                CALLS.incrementAndGet(),
                Thread.currentThread().isVirtual(),
                Objects.equals(Thread.currentThread().getContextClassLoader(), ServiceWorkers.class.getClassLoader())));
    }

    /** Does what it is told by name; returns at the end of the stream, which it tells on standard output. */
    public static void obey(MpConnection client) throws Exception {
        try {
            while (!client.isClosed()) {
                Object order = client.recv();
                if ("return".equals(order)) {
                    return;
                }
                obey(client, order instanceof String text ? text : "echo", order);
            }
        } catch (EOFException e) {
            System.out.println("end of stream");
        } catch (InterruptedException e) {
            System.out.println("interrupted");
            throw e;
        }
    }

    private static void obey(MpConnection client, String order, @Nullable Object object) throws Exception {
        switch (order) {
            case "throw" -> throw new IllegalStateException("as the test wants it");
            case "exit" -> System.exit(3);
            case "print" -> print(client);
            case "close" -> client.close();
            case "compute" -> compute(client);
            default -> client.send(object);
        }
    }

    private static void print(MpConnection client) throws Exception {
        System.out.println("printed by the handler");
        System.err.println("and as an error");
        Thread.ofVirtual()
                .start(() -> System.out.println("printed by its thread"))
                .join();
        client.send("printed");
    }

    /** Is busy, deaf to interrupts, until the client is gone. */
    private static void compute(MpConnection client) throws IOException, InterruptedException {
        client.send("computing");
        while (true) {
            Thread.onSpinWait();
            if (client.isClosed()) {
                return;
            }
        }
    }
}
