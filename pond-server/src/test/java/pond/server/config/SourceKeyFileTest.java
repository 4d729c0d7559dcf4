package pond.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceKeyFileTest {
    @Test
    void isMadeOnceForItsOwnerOnly(@TempDir Path folder) throws IOException {
        byte[] first = SourceKeyFile.readOrCreate(folder);

        assertThat(first).hasSize(32).isNotEqualTo(new byte[32]);
        assertThat(SourceKeyFile.readOrCreate(folder)).isEqualTo(first);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("source.key"))))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void anotherContentIsNeverOverwritten(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("source.key"), "damaged");

        assertThatThrownBy(() -> SourceKeyFile.readOrCreate(folder))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("restore it from a backup");
        assertThat(file).hasContent("damaged");
    }
}
