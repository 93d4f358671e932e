import io.jarpipe.MpQueue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts the words of files: takes paths from one queue until {@code None} comes, puts counts into another. */
public final class WordCount {
    private static final Pattern WORD = Pattern.compile("\\w+");

    private WordCount() {}

    /**
     * Works until the sentinel.
     *
     * @param jobs paths of files, then one {@code None} for each worker
     * @param results for each file a dict from word to number
     * @throws Exception when a file cannot be read or a queue fails
     */
    public static void run(MpQueue<String> jobs, MpQueue<Map<String, Integer>> results) throws Exception {
        for (String path : jobs.until(null)) {
            results.put(count(Path.of(path)));
        }
    }

    private static Map<String, Integer> count(Path file) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        Matcher words = WORD.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        while (words.find()) {
            counts.merge(words.group(), 1, Integer::sum);
        }
        return counts;
    }
}
