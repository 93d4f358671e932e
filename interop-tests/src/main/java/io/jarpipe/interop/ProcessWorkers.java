package io.jarpipe.interop;

import io.jarpipe.MpAddress;
import io.jarpipe.MpConnection;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.MpClient;
import io.jarpipe.connection.MpListener;
import io.jarpipe.connection.MpPipe;
import io.jarpipe.sharing.MpProcess;
import java.io.IOException;
import java.util.Objects;

/** Workers that open listeners, connections and pipes by themselves. */
public final class ProcessWorkers {
    private ProcessWorkers() {}

    /** Leaves everything open that it has opened: a listener, a client it has accepted, a connection, a pipe. */
    @SuppressWarnings("resource") // that is the point
    public static void leaveOpen(MpConnection told, String address, byte[] key)
            throws IOException, InterruptedException {
        MpListener listener = MpListener.open(MpAddress.of(address), key);
        told.send(listener.address().toString());
        MpConnection accepted = listener.accept();
        MpConnection connected = MpClient.connect(MpAddress.of((String) Objects.requireNonNull(told.recv())), key);
        connected.send("from Java");
        MpPipe pipe = MpPipe.create(true);
        told.send(PyTuple.of(pipe.first(), accepted));
        told.recv();
    }

    /** Receives a connection over one that it has opened itself, and passes on the end of a pipe over it. */
    public static void pass(MpConnection told, String address, byte[] key) throws IOException, InterruptedException {
        try (MpConnection opened = MpClient.connect(MpAddress.of(address), key)) {
            passOver(told, opened);
        }
    }

    /** Does the same with a program that has another authkey than the one it is a worker of. */
    public static void passElsewhere(MpConnection told, String address, byte[] key)
            throws IOException, InterruptedException {
        MpProcess process = MpProcess.enter(key);
        try {
            pass(told, address, key);
        } finally {
            process.close();
        }
        try (MpPipe pipe = MpPipe.create(true)) {
            told.send(pipe.first());
            told.recv();
        }
    }

    private static void passOver(MpConnection told, MpConnection opened) throws IOException, InterruptedException {
        try (MpConnection passed = (MpConnection) Objects.requireNonNull(opened.recv());
                MpPipe pipe = MpPipe.create(true)) {
            passed.send("over the passed one");
            opened.send(pipe.second());
            pipe.second().close();
            told.send(pipe.first().recv());
        }
    }
}
