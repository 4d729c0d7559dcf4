package pond.common.architecture;

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
import pond.common.architecture.planted.UsesALibrary;
import pond.common.architecture.planted.WorkerProtocol;
import pond.common.architecture.planted.attic.UnplacedRoom;
import pond.common.architecture.planted.ids.EarlyRoom;

/**
 * What pond-common may know. Each fence is checked on the module's main classes, and on planted classes of which one
 * breaks it: a fence that notices nothing would be no fence.
 */
class CommonFencesTest {
    private static final String BASE = "pond.common";
    private static final String PLANTED = "pond.common.architecture.planted";
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("pond.common");
    private static final JavaClasses PLANTED_CLASSES = new ClassFileImporter().importPackages(PLANTED);

    /** The order in which rooms may import each other: only from earlier lines, never from their own. */
    private static final List<List<String>> ROOMS = List.of(
            List.of("json", "ids", "bundle", "net"),
            List.of("problems"),
            List.of("definition", "swarm"),
            List.of("api"),
            List.of("protocol"));

    private static Stream<Fence> fences() {
        return Stream.of(
                new Fence("knows the JDK and Jackson only", CommonFencesTest::jdkAndJackson, UsesALibrary.class),
                new Fence("the protocol speaks common and JDK types", CommonFencesTest::protocol, WorkerProtocol.class),
                new Fence("rooms import in one direction", CommonFencesTest::roomsInOrder, EarlyRoom.class),
                new Fence("every room has a place", CommonFencesTest::everyRoomHasAPlace, UnplacedRoom.class),
                new Fence(
                        "no cycles",
                        base -> slices().matching(base + ".(**)").should().beFreeOfCycles(),
                        EarlyRoom.class));
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

    private static ArchRule jdkAndJackson(String base) {
        return classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(base + "..", "java..", "com.fasterxml.jackson..", "org.jspecify..");
    }

    private static ArchRule protocol(String base) {
        return classes()
                .that()
                .haveFullyQualifiedName(base + (base.equals(BASE) ? ".protocol" : "") + ".WorkerProtocol")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("pond.common..", "java..");
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
