package pond.worker.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pond.worker.architecture.planted.attic.UnplacedRoom;
import pond.worker.architecture.planted.runtime.KnowsHttp;
import pond.worker.architecture.planted.runtime.KnowsPicocli;
import pond.worker.architecture.planted.runtime.KnowsTheTransport;
import pond.worker.architecture.planted.runtime.StartsAProcess;
import pond.worker.architecture.planted.sandbox.EarlyRoom;

/**
 * Which room of the worker may know what. Each fence is checked on the module's main classes, and on planted classes of
 * which one breaks it. The fences that all modules share are in pond-server, which sees them all.
 */
class WorkerFencesTest {
    private static final String BASE = "pond.worker";
    private static final String PLANTED = "pond.worker.architecture.planted";
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("pond.worker");
    private static final JavaClasses PLANTED_CLASSES = new ClassFileImporter().importPackages(PLANTED);

    /** The order in which rooms may import each other: only from earlier lines, never from their own. */
    private static final List<List<String>> ROOMS = List.of(
            List.of("identity", "sandbox", "transport"),
            List.of("broker", "checkout", "egress"),
            List.of("executors"),
            List.of("runtime"),
            List.of("cli"));

    private static Stream<Fence> fences() {
        return Stream.of(
                new Fence("rooms import in one direction", WorkerFencesTest::roomsInOrder, EarlyRoom.class),
                new Fence("every room has a place", WorkerFencesTest::everyRoomHasAPlace, UnplacedRoom.class),
                new Fence(
                        "no cycles",
                        base -> slices().matching(base + ".(**)").should().beFreeOfCycles(),
                        EarlyRoom.class),
                new Fence(
                        "only the sandbox starts and signals processes",
                        WorkerFencesTest::processes,
                        StartsAProcess.class),
                new Fence(
                        "only the transport knows OkHttp",
                        base -> only(base, List.of("transport"), "okhttp3..", "okio.."),
                        KnowsHttp.class),
                new Fence(
                        "who wires the worker chooses how it talks",
                        base -> only(base, List.of("transport", "cli"), base + ".transport.."),
                        KnowsTheTransport.class),
                new Fence(
                        "only the command line knows picocli",
                        base -> only(base, List.of("cli"), "picocli.."),
                        KnowsPicocli.class));
    }

    /** A rule, made for a base package, and a planted class that breaks it there. */
    private record Fence(String name, Function<String, ArchRule> rule, Class<?> culprit) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("fences")
    void standsInMainCode(Fence fence) {
        assertThat(MAIN).isNotEmpty();

        fence.rule().apply(BASE).allowEmptyShould(true).check(MAIN);
    }

    @ParameterizedTest
    @MethodSource("fences")
    void isNoticedWhenItIsBroken(Fence fence) {
        List<String> noticed = fence.rule()
                .apply(PLANTED)
                .allowEmptyShould(true)
                .evaluate(PLANTED_CLASSES)
                .getFailureReport()
                .getDetails();

        assertThat(noticed)
                .anySatisfy(line -> assertThat(line).contains(fence.culprit().getName()));
    }

    /** These rooms and the root may know those packages, nobody else. */
    private static ArchRule only(String base, List<String> rooms, String... known) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages(base, rooms))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(known);
    }

    /** Asking for one's own number starts and signals nothing: {@code ProcessHandle} alone is not fenced, its use is. */
    private static ArchRule processes(String base) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(base + ".sandbox..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.(Process|ProcessBuilder(\\$.*)?)")
                .orShould()
                .accessTargetWhere(
                        targetOwner(name("java.lang.ProcessHandle")).and(target(nameMatching("(?!current$|pid$).*"))));
    }

    /** A room imports only rooms of earlier lines; nothing but the root imports the root. */
    private static ArchRule roomsInOrder(String base) {
        List<String> notYet = new ArrayList<>(allRooms());
        List<ArchRule> rules = new ArrayList<>();
        for (List<String> line : ROOMS) {
            for (String room : line) {
                List<String> forbidden = new ArrayList<>(notYet);
                forbidden.remove(room);
                rules.add(noClasses()
                        .that()
                        .resideInAPackage(base + "." + room + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(packages(base, forbidden))
                        .allowEmptyShould(true));
            }
            notYet.removeAll(line);
        }
        return CompositeArchRule.of(rules);
    }

    private static ArchRule everyRoomHasAPlace(String base) {
        return classes()
                .that()
                .resideInAPackage(base + "..")
                .should()
                .resideInAnyPackage(packages(base, allRooms()))
                .because("the order of rooms is part of the architecture: give a new room its line");
    }

    private static List<String> allRooms() {
        return ROOMS.stream().flatMap(List::stream).toList();
    }

    private static String[] packages(String base, List<String> rooms) {
        return Stream.concat(Stream.of(base), rooms.stream().map(room -> base + "." + room + ".."))
                .toArray(String[]::new);
    }
}
