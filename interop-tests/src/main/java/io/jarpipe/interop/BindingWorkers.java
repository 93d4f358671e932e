package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpQueue;
import io.jarpipe.MpTypeException;
import io.jarpipe.PyClass;
import io.jarpipe.PyEnum;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Workers whose items are records and constants that stand for Python classes. */
public final class BindingWorkers {
    @PyClass("test_binding.Point")
    record Point(double x, double y) {}

    @PyClass("test_binding.Kind")
    enum Kind implements PyEnum {
        MOVE,
        SCALE;

        @Override
        public Object pyValue() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record Limits(int retries, Optional<Double> seconds) {}

    @PyClass("test_binding.Job")
    record Job(
            long number,
            Kind kind,
            String name,
            List<Point> points,
            Map<String, Point> named,
            double[] by,
            Limits limits)
            implements Command {}

    @PyClass("test_binding.Result")
    record Result(long number, List<Point> points, Kind kind) {}

    sealed interface Command permits Job, Stop {}

    @PyClass("test_binding.Stop")
    record Stop(String reason) implements Command {}

    /** Cannot be told apart. */
    sealed interface Ambiguous permits First, Second {}

    @PyClass("test_binding.Stop")
    record First(String reason) implements Ambiguous {}

    @PyClass("test_binding.Stop")
    record Second(String reason) implements Ambiguous {}

    private BindingWorkers() {}

    private static Result done(Job job) {
        List<Point> points = new ArrayList<>();
        for (Point point : job.points()) {
            points.add(
                    switch (job.kind()) {
                        case MOVE -> new Point(point.x() + job.by()[0], point.y() + job.by()[1]);
                        case SCALE -> new Point(point.x() * job.by()[0], point.y() * job.by()[0]);
                    });
        }
        points.addAll(job.named().values());
        return new Result(job.number() + job.limits().retries(), points, job.kind());
    }

    /** Does jobs until None comes. */
    public static void work(MpQueue<Job> jobs, MpQueue<Result> results) throws IOException, InterruptedException {
        for (Job job : jobs.until(null)) {
            results.put(done(job));
        }
    }

    /** Gives back jobs as they came. */
    public static void echo(MpQueue<Job> jobs, MpQueue<Job> back) throws IOException, InterruptedException {
        for (Job job : jobs.until(null)) {
            back.put(job);
        }
    }

    /** Takes jobs until one is good, and tells of each what was wrong with it. */
    public static void check(MpQueue<Job> jobs, MpConnection errors) throws IOException, InterruptedException {
        while (true) {
            try {
                errors.send(jobs.take().number());
                return;
            } catch (MpTypeException e) {
                errors.send(PyTuple.of(e.path(), e.pythonType(), e.javaType(), e.getMessage()));
            }
        }
    }

    /** Dies of the first job that is none. */
    public static void die(MpQueue<Job> jobs) throws IOException, InterruptedException {
        jobs.take();
    }

    /** Follows commands until the one to stop, and tells its reason. */
    public static void follow(MpQueue<Command> commands, MpQueue<@Nullable Object> replies)
            throws IOException, InterruptedException {
        while (true) {
            switch (commands.take()) {
                case Job job -> replies.put(done(job));
                case Stop stop -> {
                    replies.put(stop);
                    return;
                }
            }
        }
    }

    /** Takes records as arguments. */
    public static void arguments(MpConnection to, Point point, Kind kind, List<Job> jobs, Limits limits)
            throws IOException, InterruptedException {
        to.send(PyTuple.of(point, kind, jobs, limits.retries()));
    }

    /** Receives points and sends them turned until the end comes. */
    public static void turn(MpConnection points) throws IOException, InterruptedException {
        for (Point point = points.recv(Point.class); point != null; point = points.recv(Point.class)) {
            points.send(new Point(-point.y(), point.x()));
        }
    }

    /** Sends back limits and the value of one until None comes, or what is wrong with them. */
    public static void limits(MpQueue<Limits> items, MpQueue<Object> replies) throws IOException, InterruptedException {
        MpQueue<Limits> checked = items.onError((pickle, error) -> replies.put(String.valueOf(error.getMessage())));
        for (Limits item : checked.until(null)) {
            replies.put(PyTuple.of(item, item.retries()));
        }
    }

    /** Tells what it can see of bytes, and sends them back whole and in part, until None comes. */
    public static void buffers(MpQueue<ByteBuffer> items, MpQueue<Object> replies)
            throws IOException, InterruptedException {
        for (ByteBuffer item : items.until(null)) {
            boolean isView = item.capacity() == item.remaining() && item.isReadOnly();
            replies.put(List.of(isView, item.remaining(), item.slice(1, 2), item));
        }
    }

    /** Cannot be started. */
    public static void ambiguous(MpQueue<Ambiguous> items) throws IOException, InterruptedException {
        items.take();
    }
}
