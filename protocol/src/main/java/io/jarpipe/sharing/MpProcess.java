package io.jarpipe.sharing;

import io.jarpipe.connection.CurrentProcess;
import io.jarpipe.pickle.JarpipeCodec;
import java.util.Optional;

/**
 * Makes a Java program that jarpipe's daemon has not started a process of a Python program: what it opens from then on
 * with {@code MpClient}, {@code MpListener} and {@code MpPipe} passes on and receives connections, queues, locks and
 * sockets.
 *
 * <pre>{@code
 * try (MpProcess process = MpProcess.enter(authkey);
 *         MpConnection python = MpClient.connect(address, authkey)) {
 *     MpConnection passed = (MpConnection) python.recv();
 *     ...
 * }
 * }</pre>
 *
 * <p>Workers and handlers of services need it only to work with a program whose authkey is another one.
 */
public final class MpProcess implements AutoCloseable {
    /** The longest message accepted over what was received, in bytes: 256 MiB. */
    private static final int USUAL_MESSAGE = 256 * 1024 * 1024;

    private final CurrentProcess before = CurrentProcess.get();
    private final SharedObjects shared;

    private MpProcess(SharedObjects shared) {
        this.shared = shared;
    }

    /**
     * Lets the calling thread, and those that it makes, work for a process of a Python program.
     *
     * @param authkey the program's key, in Python {@code bytes(multiprocessing.current_process().authkey)}; copied
     * @return the process, to be closed by the same thread
     */
    public static MpProcess enter(byte[] authkey) {
        SharedObjects shared =
                new SharedObjects(Optional.of(ProcessKey.of(authkey)), new JarpipeCodec(), USUAL_MESSAGE);
        MpProcess process = new MpProcess(shared);
        CurrentProcess.enter(shared);
        return process;
    }

    /**
     * Ends the process: closes what it has opened and received, and what nobody has fetched from it yet; what queues
     * hold back is dropped, so they are to be closed and joined before. The calling thread works again for the process
     * that it worked for before. Idempotent.
     */
    @Override
    public void close() {
        if (CurrentProcess.get().equals(shared)) {
            CurrentProcess.enter(before);
        }
        shared.close();
    }
}
