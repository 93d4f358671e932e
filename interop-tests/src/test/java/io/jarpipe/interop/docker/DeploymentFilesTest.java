package io.jarpipe.interop.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Compares {@code compose.yaml}, the example for Kubernetes and the systemd unit with the {@code Dockerfile}, with each
 * other, and with what the command line and README.md say there is. Needs no Docker.
 */
class DeploymentFilesTest {
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");
    private static final Pattern VARIABLE = Pattern.compile("JARPIPE_[A-Z_]+");

    /** The environment that the image sets. */
    private static Map<String, String> image;

    private static String dockerfile;

    @BeforeAll
    static void readDockerfile() throws IOException {
        dockerfile = read("Dockerfile").replaceAll("\\\\\n\\s*", "");
        image = new TreeMap<>();
        lines("ENV ")
                .forEach(line -> Stream.of(line.split(" ", -1))
                        .map(assignment -> assignment.split("=", 2))
                        .forEach(parts -> image.put(parts[0], parts[1])));
        assertThat(image).containsEntry("JARPIPE_ADDRESS", Pod.ADDRESS).containsEntry("TMPDIR", Pod.RUN);
    }

    private static String read(String file) throws IOException {
        return Files.readString(Engine.ROOT.resolve(file));
    }

    private static List<String> lines(String instruction) {
        return dockerfile
                .lines()
                .filter(line -> line.startsWith(instruction))
                .map(line -> line.substring(instruction.length()))
                .toList();
    }

    private static Object yaml(String file) throws IOException {
        LoadSettings settings = LoadSettings.builder().setLabel(file).build();
        return Objects.requireNonNull(new Load(settings).loadFromString(read(file)));
    }

    /** Follows keys and indexes; fails with the way to where something is missing. */
    private static Object at(Object node, Object... way) {
        Object here = node;
        for (Object step : way) {
            here = step instanceof Integer index
                    ? ((List<?>) here).get(index)
                    : Objects.requireNonNull(((Map<?, ?>) here).get(step), step + " in " + here);
        }
        return here;
    }

    @SuppressWarnings("unchecked") // as the files have it
    private static List<String> strings(Object node) {
        return (List<String>) node;
    }

    @SuppressWarnings("unchecked") // as the files have it
    private static List<Map<String, Object>> maps(Object node) {
        return (List<Map<String, Object>>) node;
    }

    /** Checks a command line of the daemon against what {@code --help} lists. */
    private static void assertCommand(List<String> words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        System.getProperty("jarpipe.jar"),
                        words.getFirst(),
                        "--help")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String help = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(help).isZero();
        assertThat(OPTION.matcher(help).results().map(found -> found.group()).collect(Collectors.toSet()))
                .containsAll(
                        words.stream().filter(word -> word.startsWith("--")).toList());
    }

    @Test
    void dockerfile_runs_commands_that_exist_as_a_user_without_rights() throws IOException, InterruptedException {
        assertThat(lines("ENTRYPOINT ")).containsExactly("[\"jarpipe\"]");
        assertCommand(words(lines("CMD ").getFirst()));
        String check = lines("HEALTHCHECK ").getFirst();
        List<String> command = words(check.substring(check.indexOf('[')));
        assertThat(command.getFirst()).isEqualTo("jarpipe");
        assertCommand(command.subList(1, command.size()));
        assertThat(lines("USER ")).containsExactly(Pod.USER);
    }

    private static List<String> words(String json) {
        return strings(new Load(LoadSettings.builder().build()).loadFromString(json));
    }

    @Test
    void compose_lets_both_containers_share_what_they_must() throws IOException, InterruptedException {
        Object compose = yaml("compose.yaml");
        Object daemon = at(compose, "services", "jarpipe");
        Object python = at(compose, "services", "python");
        assertCommand(strings(at(daemon, "command")));
        assertThat(at(daemon, "read_only")).isEqualTo(true);
        assertThat(List.of(at(daemon, "user"), at(python, "user"))).containsOnly(Pod.USER);
        assertThat(at(python, "depends_on", "jarpipe", "condition")).isEqualTo("service_healthy");
        for (String variable : List.of("JARPIPE_ADDRESS", "TMPDIR")) {
            assertThat(at(python, "environment", variable)).isEqualTo(image.get(variable));
        }
        for (Object service : List.of(daemon, python)) {
            @SuppressWarnings("unchecked") // as the file has it
            List<Object> volumes = (List<Object>) at(service, "volumes");
            assertThat(volumes).contains("run:" + Pod.RUN);
            Object shm =
                    volumes.stream().filter(Map.class::isInstance).findFirst().orElseThrow();
            assertThat(at(shm, "target")).isEqualTo("/dev/shm");
            assertThat(at(shm, "volume", "nocopy")).isEqualTo(true); // else the mode of the image's own folder counts
            assertMountsExist(volumes);
        }
        assertThat(at(compose, "volumes", "shm", "driver_opts", "o").toString()).contains("mode=1777");
        assertThat(((Map<?, ?>) at(compose, "volumes")).keySet()).hasToString("[run, shm]");
    }

    /** The workers' classes are made by the user; all else is in the checkout. */
    private static void assertMountsExist(List<Object> volumes) {
        assertThat(volumes.stream()
                        .map(Object::toString)
                        .filter(volume -> volume.startsWith("./") && !volume.startsWith("./target/"))
                        .map(volume -> Engine.ROOT.resolve(volume.split(":", 2)[0])))
                .allMatch(Files::exists);
    }

    @Test
    void kubernetes_pod_shares_what_it_must() throws IOException, InterruptedException {
        Object pod = at(yaml("deploy/kubernetes/jarpipe.yaml"), "spec", "template", "spec");
        Object daemon = at(pod, "initContainers", 0);
        Object program = at(pod, "containers", 0);
        assertThat(at(daemon, "restartPolicy")).isEqualTo("Always");
        assertCommand(strings(at(daemon, "args")));
        assertThat(at(pod, "securityContext", "runAsUser") + ":" + at(pod, "securityContext", "runAsGroup"))
                .isEqualTo(Pod.USER);
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            List<String> command = strings(at(daemon, probe, "exec", "command"));
            assertThat(command.getFirst()).isEqualTo("jarpipe");
            assertCommand(command.subList(1, command.size()));
        }
        Set<Object> volumes = maps(at(pod, "volumes")).stream()
                .map(volume -> volume.get("name"))
                .collect(Collectors.toSet());
        for (Object container : List.of(daemon, program)) {
            assertThat(at(container, "resources", "limits", "memory")).isNotNull();
            assertThat(at(container, "securityContext", "readOnlyRootFilesystem"))
                    .isEqualTo(true);
            assertThat(maps(at(container, "volumeMounts")).stream().map(mount -> mount.get("mountPath")))
                    .containsExactlyInAnyOrder(Pod.RUN, "/dev/shm");
            assertThat(maps(at(container, "volumeMounts")).stream().map(mount -> mount.get("name")))
                    .allMatch(volumes::contains);
            Map<Object, Object> variables = maps(at(container, "env")).stream()
                    .collect(Collectors.toMap(variable -> variable.get("name"), variable -> variable.get("value")));
            assertThat(variables)
                    .containsEntry("JARPIPE_ADDRESS", image.get("JARPIPE_ADDRESS"))
                    .containsEntry("TMPDIR", image.get("TMPDIR"));
        }
        assertThat(at(pod, "volumes", 1, "emptyDir", "medium")).isEqualTo("Memory");
    }

    @Test
    void systemd_unit_leaves_shared_what_must_be() throws IOException, InterruptedException {
        Map<String, List<String>> unit = read("deploy/systemd/jarpipe.service")
                .lines()
                .filter(line -> line.contains("=") && !line.startsWith("#"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.groupingBy(
                        parts -> parts[0], Collectors.mapping(parts -> parts[1], Collectors.toList())));
        assertThat(unit).containsEntry("Type", List.of("notify")).containsEntry("PrivateTmp", List.of("no"));
        assertThat(unit).doesNotContainKeys("PrivateIPC", "MemoryDenyWriteExecute");
        assertThat(unit.get("ReadWritePaths").getFirst().split(" ", -1)).contains("/dev/shm", "/tmp");
        List<String> words = List.of(unit.get("ExecStart").getFirst().split(" ", -1));
        assertThat(words.getFirst()).endsWith("/bin/jarpipe");
        assertCommand(words.subList(1, words.size()));
    }

    @Test
    void variables_are_those_that_the_readme_lists() throws IOException {
        String known = read("README.md");
        for (String file : List.of(
                "Dockerfile", "compose.yaml", "deploy/kubernetes/jarpipe.yaml", "deploy/systemd/jarpipe.service")) {
            assertThat(VARIABLE.matcher(read(file)).results().map(found -> "`" + found.group() + "`"))
                    .as(file)
                    .allMatch(known::contains);
        }
    }
}
