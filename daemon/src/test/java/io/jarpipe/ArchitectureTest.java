package io.jarpipe;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Which package may know which: the dependencies point one way, and native code and Netty stay where they belong. */
final class ArchitectureTest {
    private static final String ROOT = "io.jarpipe";
    private static final String DAEMON = ROOT + ".daemon";

    /** Package of the protocol -> the packages of the protocol that it may know, besides the root and itself. */
    private static final Map<String, Set<String>> MAY_KNOW = Map.ofEntries(
            Map.entry("os", Set.of()),
            Map.entry("wire", Set.of()),
            Map.entry("types", Set.of()),
            Map.entry("dict", Set.of()),
            Map.entry("binding", Set.of("dict")),
            Map.entry("pickle", Set.of("types", "binding", "dict")),
            Map.entry("auth", Set.of("wire")),
            Map.entry("sync", Set.of("os")),
            Map.entry("connection", Set.of("os", "wire", "pickle", "binding", "auth")),
            Map.entry("queue", Set.of("os", "wire", "pickle", "binding", "connection", "sync")),
            Map.entry("manager", Set.of("os", "auth", "pickle", "binding", "connection", "queue")),
            Map.entry("sharing", Set.of("os", "auth", "pickle", "binding", "connection", "sync", "queue", "manager")),
            Map.entry("spawn", Set.of("os", "sharing")));

    private static final Set<String> PROTOCOL_PACKAGES = new TreeSet<>(MAY_KNOW.keySet());

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void root_knows_only_the_jdk() {
        classes()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", ROOT)
                .check(CLASSES);
    }

    @ParameterizedTest
    @FieldSource("PROTOCOL_PACKAGES")
    void protocol_package_knows_only_those_below(String name) {
        Set<String> allowed = new HashSet<>(Set.of("java..", "javax.crypto..", "org.jspecify..", ROOT));
        allowed.add(ROOT + "." + name);
        MAY_KNOW.get(name).forEach(other -> allowed.add(ROOT + "." + other));
        if (name.equals("pickle")) {
            allowed.add("net.razorvine.pickle..");
        }
        classes()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void every_protocol_package_has_its_line() {
        Set<String> found = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(ROOT + ".") && !(name + ".").startsWith(DAEMON + "."))
                .map(name -> name.substring(ROOT.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(found).isEqualTo(PROTOCOL_PACKAGES);
    }

    @Test
    void only_os_calls_native_code() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".os")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Linker.class, SymbolLookup.class, FunctionDescriptor.class)
                .check(CLASSES);
    }

    @Test
    void netty_stays_in_the_front_door() {
        noClasses()
                .that()
                .resideOutsideOfPackage(DAEMON + ".frontdoor..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(CLASSES);
    }

    @Test
    void only_the_command_line_knows_picocli_and_nobody_knows_the_command_line() {
        noClasses()
                .that()
                .resideOutsideOfPackage(DAEMON + ".cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..", DAEMON + ".cli..")
                .check(CLASSES);
    }

    @Test
    void only_the_monitor_knows_micrometer() {
        noClasses()
                .that()
                .resideOutsideOfPackage(DAEMON + ".monitor..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..", "io.prometheus..")
                .check(CLASSES);
    }

    @Test
    void packages_form_no_cycles() {
        slices().matching(DAEMON + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
