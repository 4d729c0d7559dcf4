package pond.server.architecture;

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
import pond.server.architecture.planted.attic.UnplacedRoom;
import pond.server.architecture.planted.cli.client.ClientKnowsPicocli;
import pond.server.architecture.planted.cli.text.KnowsACommand;
import pond.server.architecture.planted.db.EarlyRoom;
import pond.server.architecture.planted.runs.KnowsHttp;
import pond.server.architecture.planted.runs.KnowsJavalin;
import pond.server.architecture.planted.runs.KnowsPicocli;
import pond.server.architecture.planted.runs.KnowsSql;
import pond.server.architecture.planted.runs.KnowsTheWorker;

/**
 * Which room of the server may know what. Each fence is checked on the module's main classes, and on planted classes of
 * which one breaks it: a fence that notices nothing would be no fence.
 */
class ServerFencesTest {
    private static final String BASE = "pond.server";
    private static final String PLANTED = "pond.server.architecture.planted";
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("pond.server");
    private static final JavaClasses PLANTED_CLASSES = new ClassFileImporter().importPackages(PLANTED);

    /**
     * The order in which rooms may import each other: only from earlier lines, never from their own. A room has all that
     * is inside of it, save what has a line itself.
     */
    private static final List<List<String>> ROOMS = List.of(
            List.of("errors", "config"),
            List.of("db"),
            List.of("limits"),
            List.of("http"),
            List.of("docs"),
            List.of("auth"),
            List.of("sealing", "watch", "auth0"),
            List.of("audit"),
            List.of("maintenance"),
            List.of(
                    "keys",
                    "enrollment",
                    "workers",
                    "logs",
                    "usage",
                    "artifacts",
                    "credentials",
                    "harnesses",
                    "models"),
            List.of("swarm"),
            List.of("sources"),
            List.of("stages"),
            List.of("preflight"),
            List.of("runs"),
            List.of("webhooks"),
            List.of("events"),
            List.of("dispatch"),
            List.of("backup"),
            List.of("retention"),
            List.of("workerapi"),
            List.of("telemetry"),
            List.of("local"),
            List.of("doctor"),
            List.of("cli.text"),
            List.of("cli.live", "cli.client"),
            List.of("cli.files", "cli.context"),
            List.of("cli"),
            List.of("cli.runs", "cli.admin", "cli.keys"));

    private static Stream<Fence> fences() {
        return Stream.of(
                new Fence("rooms import in one direction", ServerFencesTest::roomsInOrder, EarlyRoom.class),
                new Fence("rooms inside of a room, too", ServerFencesTest::roomsInOrder, KnowsACommand.class),
                new Fence("every room has a place", ServerFencesTest::everyRoomHasAPlace, UnplacedRoom.class),
                new Fence(
                        "no cycles",
                        base -> slices().matching(base + ".(**)").should().beFreeOfCycles(),
                        EarlyRoom.class),
                new Fence(
                        "Javalin in handlers, filters and http",
                        base -> noClasses()
                                .that()
                                .resideOutsideOfPackage(base + ".http..")
                                .and()
                                .haveNameNotMatching(".*(Handler|Filter)(\\$.*)?")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("io.javalin..", "jakarta.servlet..", "org.eclipse.jetty.."),
                        KnowsJavalin.class),
                new Fence(
                        "SQL in stores and db",
                        base -> noClasses()
                                .that()
                                .resideOutsideOfPackage(base + ".db..")
                                .and()
                                .haveNameNotMatching(".*Store(\\$.*)?")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(
                                        "java.sql..", "javax.sql..", "org.jdbi..", "com.zaxxer..", "org.sqlite.."),
                        KnowsSql.class),
                new Fence(
                        "OkHttp in the command line's client",
                        base -> only(base + ".cli.client..", "okhttp3..", "okio.."),
                        KnowsHttp.class),
                new Fence(
                        "picocli in the command line and the root",
                        base -> noClasses()
                                .that()
                                .resideOutsideOfPackages(base, base + ".cli..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("picocli.."),
                        KnowsPicocli.class),
                new Fence(
                        "the client knows no command line",
                        base -> noClasses()
                                .that()
                                .resideInAnyPackage(base + ".cli.client..", base + ".cli.text..", base + ".cli.live..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("picocli.."),
                        ClientKnowsPicocli.class),
                new Fence(
                        "the worker in local", base -> only(base + ".local..", "pond.worker.."), KnowsTheWorker.class));
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

    private static ArchRule only(String room, String... known) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(known);
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
                        .resideInAPackage(base + "." + extent(room))
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
        return Stream.concat(Stream.of(base), rooms.stream().map(room -> base + "." + extent(room)))
                .toArray(String[]::new);
    }

    private static String extent(String room) {
        boolean isDivided = allRooms().stream().anyMatch(other -> other.startsWith(room + "."));
        return isDivided ? room : room + "..";
    }
}
