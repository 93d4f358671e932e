package io.jarpipe.daemon.worker;

import io.jarpipe.MpConnection;
import io.jarpipe.os.Fd;
import io.jarpipe.os.OutputDescriptor;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The Java code of one service, with a class loader and tagged output of its own: its static fields last as long. */
public final class ServiceCode implements AutoCloseable {
    private static final int STANDARD_ERROR = 2;

    private final String target;
    private final WorkerClassLoader loader;
    private final WorkerOutput output;

    private ServiceCode(String target, WorkerClassLoader loader, WorkerOutput output) {
        this.target = target;
        this.loader = loader;
        this.output = output;
    }

    /**
     * Loads the code and checks that it can be called with a connection. Nothing of it runs yet.
     *
     * @param name the service's name, which stands before each line that it prints to the daemon's stderr
     * @param code the folders and jars with the classes
     * @param target {@code pkg.Class::method}, a static method with one parameter, the {@link MpConnection}; or
     *     {@code pkg.Class}, as of a worker
     * @return the code, to be closed by the caller
     * @throws IOException when there is no such code, or it takes something else
     */
    public static ServiceCode load(String name, List<Path> code, String target) throws IOException {
        WorkerClassLoader loader = WorkerClassLoader.open(name, code);
        try {
            MpConnection placeholder = (MpConnection) Proxy.newProxyInstance(
                    MpConnection.class.getClassLoader(),
                    new Class<?>[] {MpConnection.class},
                    (proxy, method, arguments) -> {
                        throw new IllegalStateException("not a connection");
                    });
            resolve(loader, target, placeholder);
            OutputDescriptor stderr = new OutputDescriptor(Fd.duplicate(STANDARD_ERROR));
            return new ServiceCode(target, loader, new WorkerOutput(name, stderr, stderr));
        } catch (StartException e) {
            loader.closeQuietly();
            throw new IOException("service " + name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            loader.closeQuietly();
            throw e;
        }
    }

    private static Target resolve(WorkerClassLoader loader, String target, MpConnection connection)
            throws StartException {
        return new TargetResolver(loader, target, List.of(connection), Map.of()).resolve();
    }

    /**
     * Calls the code with a connection, on the calling thread, which then works for this service: what it prints is
     * tagged, and the code finds its classes and resources through it.
     *
     * @param connection the argument
     * @throws Throwable what the code throws
     */
    public void call(MpConnection connection) throws Throwable {
        Thread.currentThread().setContextClassLoader(loader);
        StandardStreams.use(output);
        resolve(loader, target, connection).run();
    }

    /**
     * Prints the stack trace of what the code threw, without the daemon's own frames.
     *
     * @param thrown the exception
     * @return its stack trace
     */
    public static String stackTrace(Throwable thrown) {
        return JavaTraceback.of(thrown);
    }

    /** Closes the jars; what stands in an unfinished line of output is written. */
    @Override
    public void close() {
        output.close(true);
        loader.closeQuietly();
    }
}
