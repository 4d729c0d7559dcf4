package pond.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pond.common.api.RerunRequest;
import pond.common.api.SubmitRunRequest;
import pond.common.definition.SourceSpec;
import pond.common.protocol.AttestedEnd;

class WireFormatTest {
    @ParameterizedTest
    @MethodSource("everything")
    void everyRecordHasExactlyThisJson(Example example) {
        assertThat(Json.write(example.value())).isEqualTo(example.json());
    }

    @ParameterizedTest
    @MethodSource("everything")
    void whatOneSideWritesTheOtherReads(Example example) {
        assertThat((Object) Json.read(example.json(), example.value().getClass()))
                .isEqualTo(example.value());
    }

    @ParameterizedTest
    @MethodSource("everything")
    void aFieldOfANewerVersionIsIgnoredByOneMapperAndRefusedByTheOther(Example example) {
        ObjectNode newer = (ObjectNode) Json.readTree(example.json());
        newer.withArray("fieldOfTomorrow").add(1);
        Class<?> type = example.value().getClass();

        assertThat((Object) Json.read(newer.toString(), type)).isEqualTo(example.value());
        assertThatThrownBy(() -> Json.strict().readValue(newer.toString(), type))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("fieldOfTomorrow");
    }

    @Test
    void everyRecordOfTheWireHasAnExample() {
        Set<String> shown = new HashSet<>();
        everything().forEach(example -> collectRecords(example.value(), shown));
        // Are read field by field and never written.
        shown.add(SubmitRunRequest.class.getName());
        shown.add(RerunRequest.class.getName());
        // Has a text of its own, which is signed on one side and made again on the other.
        shown.add(AttestedEnd.class.getName());

        Set<String> records = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("pond.common.api", "pond.common.protocol")
                        .stream()
                        .filter(JavaClass::isRecord)
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());
        assertThat(records).hasSizeGreaterThan(30).isSubsetOf(shown);
    }

    @Test
    void sourcesAreStoredWithTheirKind() {
        SourceSpec git = new SourceSpec(
                "app", new SourceSpec.GitHttps("https://h/r", "main", "git-secret", null, null, true, 0));
        SourceSpec tar = new SourceSpec("t", new SourceSpec.Tarball("https://h/t?sig=url-secret", null, 1));

        assertThat(Json.write(List.of(git, tar))).isEqualTo("""
                        [{"label":"app","config":{"kind":"git_https","url":"https://h/r","ref":"main","token":"git-secret",\
                        "submodules":true,"depth":0}},{"label":"t","config":{"kind":"tarball",\
                        "url":"https://h/t?sig=url-secret","strip_components":1}}]""");
        assertThat(Json.read(Json.write(git), SourceSpec.class)).isEqualTo(git);
        assertThat(Json.read(Json.write(tar), SourceSpec.class)).isEqualTo(tar);
        for (SourceSpec.Config config : List.of(new SourceSpec.Folder("p"), new SourceSpec.Inline(Map.of("a", "b")))) {
            assertThat(Json.read(Json.write(config), SourceSpec.Config.class)).isEqualTo(config);
        }
    }

    @Test
    void noTextOfAValueShowsASecret() {
        List<Object> values =
                everything().map(Example::value).collect(Collectors.toCollection(java.util.ArrayList::new));
        values.add(new SourceSpec(
                "a", new SourceSpec.GitHttps("https://h/r?t=url-secret", null, "git-secret", null, null, false, 1)));
        values.add(new SourceSpec(
                "a", new SourceSpec.GitHttps("https://h/r", null, null, "user-secret", "pass-secret", false, 1)));
        values.add(new SourceSpec("a", new SourceSpec.Tarball("https://h/t?sig=url-secret", null, 0)));
        values.add(new SourceSpec("a", new SourceSpec.Inline(Map.of("f", "file-secret"))));

        assertThat(values)
                .allSatisfy(value -> assertThat(value.toString()).doesNotContain("secret", ProtocolExamples.TOKEN));
    }

    private static Stream<Example> everything() {
        return Stream.concat(ProtocolExamples.all().stream(), ApiExamples.all().stream());
    }

    private static void collectRecords(@Nullable Object value, Set<String> into) {
        if (value instanceof Collection<?> items) {
            items.forEach(item -> collectRecords(item, into));
        } else if (value instanceof Record) {
            into.add(value.getClass().getName());
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                collectRecords(read(value, component), into);
            }
        }
    }

    private static @Nullable Object read(Object value, RecordComponent component) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record has an accessor for each component", e);
        }
    }
}
