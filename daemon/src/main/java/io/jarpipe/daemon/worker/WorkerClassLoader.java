package io.jarpipe.daemon.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Loads the code of one worker or service: the folders and jars given with {@code --workers}, and of the daemon only
 * jarpipe's public API, so that a worker may bring its own Netty or picocli.
 *
 * <p>Each worker has a loader of its own: static fields are per process, as everywhere else in {@code multiprocessing}.
 */
final class WorkerClassLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private WorkerClassLoader(String processName, URL[] urls) {
        super(processName, urls, new ApiLoader());
    }

    /** Makes the loader for a process; the caller closes it. A folder counts with the jars in it. */
    static WorkerClassLoader open(String processName, List<Path> workers) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path path : workers) {
            urls.add(url(path));
            if (Files.isDirectory(path)) {
                try (DirectoryStream<Path> jars = Files.newDirectoryStream(path, "*.jar")) {
                    jars.forEach(jar -> urls.add(url(jar)));
                }
            }
        }
        return new WorkerClassLoader(processName, urls.toArray(URL[]::new));
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Finds a class as every URL class loader does, except that one which would end the JVM is rewritten to end its
     * worker.
     */
    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        URL resource = findResource(name.replace('.', '/') + ".class");
        if (resource == null) {
            throw new ClassNotFoundException(name);
        }
        try (InputStream stream = resource.openStream()) {
            Optional<byte[]> rewritten = ExitCalls.redirect(stream.readAllBytes(), this::getResourceAsStream);
            if (rewritten.isPresent()) {
                byte[] classFile = rewritten.get();
                return defineClass(name, classFile, 0, classFile.length);
            }
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        } catch (IllegalArgumentException malformed) {
            // not a class file that can be read: let the JVM say what is wrong with it
        }
        return super.findClass(name);
    }

    /** Closes the jars; what they still had open goes with them. */
    void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            System.getLogger(WorkerClassLoader.class.getName())
                    .log(System.Logger.Level.WARNING, "the jars of " + getName() + " could not be closed", e);
        }
    }

    /**
     * Shows workers the JDK and, of the daemon's classes, those of {@code io.jarpipe} itself, its pickle types and the
     * public face of its connections.
     */
    private static final class ApiLoader extends ClassLoader {
        private static final ClassLoader DAEMON = WorkerClassLoader.class.getClassLoader();
        private static final String ROOT = "io.jarpipe.";
        private static final String PICKLE = ROOT + "pickle.";
        private static final String CONNECTION = ROOT + "connection.Mp";
        private static final String SHARING = ROOT + "sharing.Mp";

        ApiLoader() {
            super("jarpipe-api", ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (isApi(name)) {
                return DAEMON.loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }

        private static boolean isApi(String name) {
            return name.startsWith(PICKLE)
                    || name.startsWith(CONNECTION)
                    || name.startsWith(SHARING)
                    || (name.startsWith(ROOT) && name.indexOf('.', ROOT.length()) < 0);
        }
    }
}
