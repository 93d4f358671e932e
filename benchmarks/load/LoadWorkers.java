import io.jarpipe.MpConnection;
import io.jarpipe.MpQueue;

/** What the load consists of on the Java side: echoes. */
public final class LoadWorkers {
    private LoadWorkers() {}

    /** Gives back every item until a sentinel comes. */
    public static void work(MpQueue<Object> jobs, MpQueue<Object> results) throws Exception {
        for (Object job : jobs.until(null)) {
            results.put(job);
        }
    }

    /** Sends back every message until the client goes. */
    public static void serve(MpConnection connection) throws Exception {
        while (true) {
            connection.send(connection.recv());
        }
    }
}
