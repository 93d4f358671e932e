package io.jarpipe.testing;

import io.jarpipe.wire.FrameDecoder;
import io.jarpipe.wire.FrameEncoder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Python script whose standard input and output carry frames. Its standard error is the test's. Closing ends its
 * input and waits for it to exit by itself.
 */
public final class PythonProcess implements AutoCloseable {
    private static final int MAX_FRAME_LENGTH = 1 << 26;
    private static final long EXIT_SECONDS = 30;

    private final Process process;
    private final OutputStream toPython;
    private final InputStream fromPython;

    /**
     * Starts a script.
     *
     * @param python the interpreter
     * @param script a resource beside {@code caller}
     * @param caller the class whose package holds the script
     * @param arguments what the script finds in {@code sys.argv[1:]}
     */
    public PythonProcess(Pythons.Python python, String script, Class<?> caller, String... arguments)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(python.executable().toString(), "-X", "dev", "-c", read(script, caller));
        builder.command().addAll(List.of(arguments));
        process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        toPython = process.getOutputStream();
        fromPython = process.getInputStream();
    }

    private static String read(String script, Class<?> caller) throws IOException {
        try (InputStream stream = caller.getResourceAsStream(script)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Sends one frame. */
    public void send(byte[] body) throws IOException {
        toPython.write(FrameEncoder.frame(body));
        toPython.flush();
    }

    /** Receives one frame; {@link EOFException} when the script has ended. */
    public byte[] receive() throws IOException {
        FrameDecoder decoder = new FrameDecoder(MAX_FRAME_LENGTH);
        while (!decoder.isComplete()) {
            byte[] bytes = fromPython.readNBytes(decoder.wanted());
            if (bytes.length == 0) {
                throw decoder.endOfStream();
            }
            decoder.feed(ByteBuffer.wrap(bytes));
        }
        return decoder.take();
    }

    /** Receives one frame of text. */
    public String receiveText() throws IOException {
        return new String(receive(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        toPython.close();
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("Python did not exit within " + EXIT_SECONDS + " s after the end of its input");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
            fromPython.close();
        }
    }
}
