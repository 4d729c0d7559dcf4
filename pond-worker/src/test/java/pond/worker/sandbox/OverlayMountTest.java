package pond.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OverlayMountTest {
    private static final Path LOWER = Path.of("/state/tree");

    @Test
    void eachProgramBecomesTheNextOne() {
        OverlayMount mount =
                new OverlayMount(LOWER, Path.of("/job/upper"), Path.of("/job/work"), Path.of("/job/merged"));

        assertThat(mount.wrap(List.of("bwrap", "--args", "4", "--", "true")))
                .containsExactly(
                        "/usr/bin/unshare",
                        "--user",
                        "--map-root-user",
                        "--mount",
                        "--",
                        "/bin/sh",
                        "-c",
                        "/bin/mount -t overlay -o \"$1\" overlay \"$2\" || exit 125; shift 2; exec \"$@\"",
                        "sh",
                        "lowerdir=/state/tree,upperdir=/job/upper,workdir=/job/work,userxattr,volatile",
                        "/job/merged",
                        "bwrap",
                        "--args",
                        "4",
                        "--",
                        "true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"relative", "/a,b", "/a:b", "/a\\b", "/a\"b", "/a b", "/a\nb"})
    void pathsThatMeanSomethingElseInAMountAreRefused(String path) {
        assertThatThrownBy(() -> new OverlayMount(LOWER, Path.of(path), Path.of("/work"), Path.of("/merged")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("upper");
    }

    @Test
    void pathsThatAreTooLongTogetherAreRefused() {
        Path longPath = Path.of("/x".repeat(700));

        assertThatThrownBy(() -> new OverlayMount(longPath, longPath, longPath, Path.of("/merged")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too long");
    }
}
