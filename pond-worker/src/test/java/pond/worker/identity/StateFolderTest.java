package pond.worker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pond.common.ids.WorkerId;

class StateFolderTest {
    private static final WorkerId WORKER = WorkerId.of("0190b6a0-0000-7000-8000-000000000001");

    @TempDir
    private Path temp;

    private Path folder;
    private Path file;

    @BeforeEach
    void choose() {
        folder = temp.resolve("deep/state");
        file = folder.resolve("identity.json");
    }

    @Test
    void whatIsWrittenIsReadAndIsTheOwnersAlone() throws Exception {
        Identity identity = Identity.fresh();
        try (StateFolder state = StateFolder.open(folder)) {
            assertThat(state.read()).isEmpty();
            state.write(identity);
            assertThat(state.read()).contains(identity);
            state.write(identity.enrolled("https://pond", WORKER));
        }

        assertThat(StateFolder.read(folder)).contains(identity.enrolled("https://pond", WORKER));
        assertThat(mode(folder)).isEqualTo("rwx------");
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(folder.resolve("identity.json.new")).doesNotExist();
    }

    @Test
    void nothingSecretIsInItsText() {
        Identity identity = Identity.fresh().enrolled("https://pond", WORKER);

        assertThat(identity.toString())
                .contains(identity.keys().fingerprint())
                .doesNotContain(identity.bearer().text())
                .doesNotContain(identity.keys().signing().privateKey());
    }

    @Test
    void aFolderServesOneWorkerAtATime() throws Exception {
        try (StateFolder first = StateFolder.open(folder)) {
            assertThat(first.read()).isEmpty();
            assertThatThrownBy(() -> StateFolder.open(folder))
                    .isInstanceOf(IdentityException.class)
                    .hasMessageContaining("another worker uses the state folder " + folder);
        }
        try (StateFolder next = StateFolder.open(folder)) {
            assertThat(next.read()).isEmpty();
        }
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        write();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        refused("others can read " + file);
    }

    @Test
    void aFolderThatOthersCanWriteIntoIsRefused() throws Exception {
        write();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxr-x"));

        assertThatThrownBy(() -> StateFolder.open(folder)).hasMessageContaining("chmod 700 " + folder);
    }

    @Test
    void aLinkIsNotFollowed() throws Exception {
        write();
        Path elsewhere = Files.move(file, temp.resolve("elsewhere"));
        Files.createSymbolicLink(file, elsewhere);

        refused(file + " is not a plain file");
        Files.createSymbolicLink(folder.resolve("identity.json.new"), elsewhere);
        String before = Files.readString(elsewhere);
        write();
        assertThat(Files.readString(elsewhere)).isEqualTo(before);
        assertThat(Files.isSymbolicLink(file)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "{\"server\":", "[1]", "{\"sealingPublicKey\":\"AA\"}"})
    void aDamagedFileIsRefused(String text) throws Exception {
        write();
        Files.writeString(file, text);

        refused(file + " is damaged; remove it");
    }

    @Test
    void keysThatDoNotFitAreDamage() throws Exception {
        write();
        String key = StateFolder.read(folder).orElseThrow().keys().signing().privateKey();
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(key, WorkerKeys.generate().signing().privateKey()));

        refused(file + " is damaged; remove it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pond_wk_short", "", "pond_ec_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void aBearerThatIsNoneIsDamage(String other) throws Exception {
        write();
        String bearer = StateFolder.read(folder).orElseThrow().bearer().text();
        Files.writeString(file, Files.readString(file).replace(bearer, other));

        refused(file + " is damaged; remove it");
    }

    private void write() throws IOException, IdentityException {
        try (StateFolder state = StateFolder.open(folder)) {
            state.write(Identity.fresh());
        }
    }

    private void refused(String message) {
        assertThatThrownBy(() -> StateFolder.read(folder))
                .isInstanceOf(IdentityException.class)
                .hasMessageStartingWith(message);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
