package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import java.io.IOException;
import java.time.Duration;

/** Workers that print. */
public final class OutputWorkers {
    private OutputWorkers() {}

    /** Prints one text to each stream. */
    public static void print(String out, String err) {
        System.out.print(out);
        System.err.print(err);
    }

    /** Prints many equal lines; {@code pieces} is how many calls make a line. */
    public static void lines(int count, String piece, int pieces) {
        for (int line = 0; line < count; line++) {
            for (int i = 0; i < pieces; i++) {
                System.out.print(piece);
            }
            System.out.println();
        }
    }

    /** Prints from a thread of its own. */
    public static void printInThread(String text) throws InterruptedException {
        Thread thread = Thread.ofPlatform().start(() -> System.out.println(text));
        thread.join();
    }

    /** Says that it begins, then prints without end. */
    public static void flood(MpConnection ready) throws IOException, InterruptedException {
        ready.send("printing");
        while (!Thread.currentThread().isInterrupted()) {
            System.out.println("0123456789abcdef0123456789abcdef0123456789abcdef");
        }
    }

    /** Prints, says so, and stays. */
    public static void printAndStay(MpConnection out, String text) throws IOException, InterruptedException {
        System.out.println(text);
        out.send("printed");
        Thread.sleep(Duration.ofDays(1));
    }

    /** Prints, and tells over the connection whether printing failed. */
    public static void printAndTell(String text, MpConnection result) throws IOException, InterruptedException {
        System.out.println(text);
        result.send(System.out.checkError());
    }
}
