package pond.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The packed jars stay as small as they are. A library that makes one grow beyond its bound is worth a look: what of it is
 * used, what can be left out in the root's pom, and only then a higher bound.
 */
class JarSizeIT {
    @ParameterizedTest(name = "{0}")
    @CsvSource({"pond-server, 35_000_000", "pond-worker, 16_000_000"})
    void theJarIsNoLargerThanIsKnown(String module, String bound) throws IOException {
        Path jar = Path.of("..", module, "target", module + ".jar");
        long most = Long.parseLong(bound.replace("_", ""));

        assertThat(Files.size(jar)).isBetween(most * 9 / 10, most);
    }
}
