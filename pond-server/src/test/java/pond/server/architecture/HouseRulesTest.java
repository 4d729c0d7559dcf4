package pond.server.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pond.server.architecture.planted.AsksTheEnvironment;
import pond.server.architecture.planted.Injected;
import pond.server.architecture.planted.KeepsState;
import pond.server.architecture.planted.LooksAtTheClock;
import pond.server.architecture.planted.Prints;
import pond.server.architecture.planted.Sleeps;
import pond.server.architecture.planted.StartsAProcess;

/** What no class of any of the three modules does, save where a rule says so; each rule is proven on a planted class. */
class HouseRulesTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("pond");
    private static final JavaClasses PLANTED =
            new ClassFileImporter().importPackages("pond.server.architecture.planted");

    /** Where a program begins and its parts are put together. */
    private static final String MAINS =
            "pond\\.(server\\.(ServerMain|PondServer|cli\\..*)|worker\\.(WorkerMain|cli\\..*))(\\$.*)?";

    /** Java has no other way to learn how large a terminal is. */
    private static final String ASKS_STTY = "pond\\.server\\.cli\\.live\\.TerminalDevice(\\$.*)?";

    private record Rule(String name, ArchRule rule, Class<?> culprit) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Rule> rules() {
        return Stream.of(
                new Rule(
                        "only the mains read the environment",
                        outsideOfMains(targetOwner(name("java.lang.System")).and(target(name("getenv")))),
                        AsksTheEnvironment.class),
                new Rule("time is injected", outsideOfMains(asksForNow()), LooksAtTheClock.class),
                new Rule(
                        "nobody sleeps",
                        noClasses()
                                .should()
                                .accessTargetWhere(targetOwner(nameMatching(
                                                "java\\.lang\\.Thread|java\\.util\\.concurrent\\.TimeUnit"))
                                        .and(target(name("sleep")))),
                        Sleeps.class),
                new Rule(
                        "only the mains print",
                        outsideOfMains(targetOwner(name("java.lang.System"))
                                .and(target(nameMatching("out|err")))
                                .or(target(name("printStackTrace")))),
                        Prints.class),
                new Rule("nothing is injected into fields", noFieldInjection(), Injected.class),
                new Rule("no state in statics", fields().that().areStatic().should(holdNoState()), KeepsState.class),
                new Rule(
                        "only the worker's sandbox starts processes, and the live view asks stty",
                        processes(),
                        StartsAProcess.class));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holdsInMainCode(Rule rule) {
        assertThat(List.of("pond.common.json.Json", "pond.worker.WorkerMain", "pond.server.ServerMain"))
                .allMatch(MAIN::contain);

        rule.rule().allowEmptyShould(true).check(MAIN);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void isNoticedWhenItIsBroken(Rule rule) {
        List<String> culprits = PLANTED.get(rule.culprit()).getMethods().stream()
                .map(method -> method.getFullName())
                .toList();
        List<String> noticed = rule.rule().evaluate(PLANTED).getFailureReport().getDetails();

        assertThat(noticed)
                .anySatisfy(line -> assertThat(line).contains(rule.culprit().getName()));
        // Each method of a planted class breaks the rule in a way of its own.
        assertThat(culprits)
                .allSatisfy(method ->
                        assertThat(noticed).anySatisfy(line -> assertThat(line).contains(method)));
    }

    private static ArchRule outsideOfMains(DescribedPredicate<? super JavaAccess<?>> access) {
        return noClasses().that().haveNameNotMatching(MAINS).should().accessTargetWhere(access);
    }

    private static DescribedPredicate<JavaAccess<?>> asksForNow() {
        return DescribedPredicate.describe("asks for the time of day", access -> {
            JavaClass owner = access.getTargetOwner();
            String called = access.getTarget().getName();
            return switch (owner.getName()) {
                case "java.lang.System" -> called.equals("currentTimeMillis");
                case "java.time.Clock" -> called.startsWith("system") || called.startsWith("tick");
                case "java.time.InstantSource" -> called.equals("system");
                case "java.util.Date" -> called.equals("<init>");
                default -> owner.getPackageName().equals("java.time") && called.equals("now") && !takesAClock(access);
            };
        });
    }

    private static boolean takesAClock(JavaAccess<?> access) {
        return access.getTarget().getFullName().contains(Clock.class.getName());
    }

    private static ArchRule noFieldInjection() {
        return noFields()
                .should()
                .beAnnotatedWith(DescribedPredicate.<JavaAnnotation<?>>describe(
                        "an annotation that asks for injection",
                        annotation -> List.of("Inject", "Autowired", "Resource", "Value")
                                .contains(annotation.getRawType().getSimpleName())));
    }

    /** {@code ProcessHandle.current().pid()} starts and signals nothing, so it is free. */
    private static ArchRule processes() {
        return noClasses()
                .that()
                .resideOutsideOfPackage("pond.worker.sandbox..")
                .and()
                .haveNameNotMatching(ASKS_STTY)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.(Process|ProcessBuilder(\\$.*)?)")
                .orShould()
                .accessTargetWhere(
                        targetOwner(name("java.lang.ProcessHandle")).and(target(nameMatching("(?!current$|pid$).*"))))
                .orShould()
                .accessTargetWhere(targetOwner(name("java.lang.Runtime")).and(target(name("exec"))));
    }

    private static ArchCondition<JavaField> holdNoState() {
        return new ArchCondition<>("hold no state") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean stateless = field.getModifiers().contains(JavaModifier.FINAL) && !isMutable(field.getRawType());
                events.add(new SimpleConditionEvent(field, stateless, field.getFullName() + " can change"));
            }
        };
    }

    /** As far as a type tells: a field of type {@code Map} may hold an immutable one, a {@code HashMap} may not. */
    private static boolean isMutable(JavaClass type) {
        boolean collection = type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class);
        boolean concurrent =
                type.getPackageName().startsWith("java.util.concurrent") && !type.isEquivalentTo(TimeUnit.class);
        return (collection && !type.isInterface())
                || concurrent
                || type.isAssignableTo(ThreadLocal.class)
                || type.isAssignableTo(StringBuilder.class);
    }
}
