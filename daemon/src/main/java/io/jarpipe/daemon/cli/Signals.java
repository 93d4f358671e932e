package io.jarpipe.daemon.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Hears signals, through {@code sun.misc.Signal}: a shutdown hook cannot tell a second SIGTERM from the first, and
 * SIGHUP would end the JVM. By reflection, because the compiler warns of every use and cannot be told not to.
 */
final class Signals {
    private Signals() {}

    /**
     * Calls something for each signal of a kind, on a new thread each time.
     *
     * @param name the signal's name without SIG
     * @param action what to do instead of what the JVM does
     * @return false if this process was started with the signal ignored, as {@code nohup} does: then it stays so
     */
    static boolean handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        action.run();
                        return null;
                    });
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return !handler.getField("SIG_IGN").get(null).equals(before);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | NoSuchFieldException
                | InstantiationException
                | IllegalAccessException e) {
            throw new IllegalStateException("this Java cannot handle signals: it lacks the module jdk.unsupported", e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(
                    "SIG" + name + " cannot be handled; is the JVM run with -Xrs?", e.getCause());
        }
    }
}
