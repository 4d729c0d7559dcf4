package pond.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pond.common.api.HealthView;
import pond.server.TestSchema;
import pond.server.config.ServerConfig;
import pond.server.config.SourceKeyFile;
import pond.server.db.Migrator;
import pond.server.http.HealthHandler;
import pond.server.http.ReadyCheck;
import pond.testing.TestDatabase;
import pond.testing.TestHttp;

/** Each finding of the doctor, on a folder or a port that has that fault. */
class DoctorTest {
    private static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    @TempDir
    private Path folder;

    @Test
    void aFolderThatIsNotThereIsLeftSo() throws InterruptedException {
        Path state = folder.resolve("state");

        Doctor.Report report = examine(state);

        assertThat(report.ok()).isTrue();
        assertThat(find(report.checks(), "state").message()).contains("the first start makes it");
        assertThat(find(report.checks(), "pond.db").message()).startsWith("not there yet");
        assertThat(find(report.checks(), "source key").message()).startsWith("not there yet");
        assertThat(find(report.checks(), "port").message()).isEqualTo("a free one is taken at each start");
        assertThat(find(report.checks(), "shell").result()).isEqualTo(Check.Result.OK);
        assertThat(state).doesNotExist();
    }

    @Test
    void aFolderThatOthersMayEnterIsAWarningAndAFileIsNone() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(find(new StateFolderChecks(open, 0).examine(), "state"))
                .isEqualTo(Check.warning("state", open + " is open to other users of this machine; chmod 700 it"));
        assertThat(find(new StateFolderChecks(closed, 0).examine(), "state").result())
                .isEqualTo(Check.Result.OK);
        assertThat(find(new StateFolderChecks(file, 0).examine(), "state").result())
                .isEqualTo(Check.Result.NO);
    }

    @Test
    void aDiskThatIsFullAndOnesThatKeepNothingAreSaid() {
        assertThat(StateFolderChecks.room(511L << 20, 512L << 20).result()).isEqualTo(Check.Result.NO);
        assertThat(StateFolderChecks.room(512L << 20, 512L << 20)).isEqualTo(Check.ok("disk", "512 MiB are free"));
        for (String type : List.of("nfs4", "CIFS", "fuse.sshfs", "tmpfs", "overlay")) {
            assertThat(StateFolderChecks.kind(type).result()).as(type).isEqualTo(Check.Result.WARNING);
        }
        assertThat(StateFolderChecks.kind("ext4")).isEqualTo(Check.ok("file system", "ext4"));
    }

    @Test
    void aDatabaseIsJudgedByItsSchemaAndItsStructureAndNotChanged() throws Exception {
        Path file = folder.resolve("pond.db");
        Migrator all = TestSchema.pond(CLOCK);
        make("pond", all);
        byte[] before = Files.readAllBytes(file);

        Check sound = DatabaseCheck.of(file, all);
        assertThat(sound.result()).isEqualTo(Check.Result.OK);
        assertThat(sound.message()).matches("schema 00\\d\\d_\\w+, sound, \\d MiB with 0 MiB .*WAL 0 MiB");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(folder.toFile().list()).as("nothing is left beside it").containsExactly("pond.db");

        assertThat(DatabaseCheck.of(file, TestSchema.logs(CLOCK)))
                .satisfies(check -> assertThat(check.result()).isEqualTo(Check.Result.NO))
                .satisfies(check -> assertThat(check.message())
                        .contains("used by a newer version")
                        .endsWith("use the version that it belongs to"));
        Path older = folder.resolve("older.db");
        make("older", new Migrator("db/pond", List.of("0001_create_keys.sql"), CLOCK));
        assertThat(DatabaseCheck.of(older, all).message())
                .contains("schema 0001_create_keys,", "the next start changes it");

        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(3 * 4096);
            bytes.write(new byte[4096 * 3]);
        }
        assertThat(DatabaseCheck.of(file, all).result()).isEqualTo(Check.Result.NO);
        Path text = Files.writeString(folder.resolve("text.db"), "this was never a database ".repeat(99));
        assertThat(DatabaseCheck.of(text, all).message()).contains("is not a database");
    }

    @Test
    void aSourceKeyIsAKeyAndItsOwnersAlone() throws IOException {
        Path key = folder.resolve(SourceKeyFile.NAME);
        SourceKeyFile.readOrCreate(folder);
        assertThat(key(Map.of()).result()).isEqualTo(Check.Result.OK);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(key(Map.of()).message()).endsWith("chmod 600 it");
        SourceKeyFile.readOrCreateNext(folder);
        assertThat(key(Map.of()).message()).contains("rotate-source-key");
        Files.writeString(key, "hunter2");
        assertThat(key(Map.of()).result()).isEqualTo(Check.Result.NO);
        assertThat(key(Map.of()).message()).doesNotContain("hunter2");
        Files.delete(key);
        Files.writeString(folder.resolve("pond.db"), "");
        assertThat(key(Map.of()).message()).contains("what was sealed cannot be opened");
        assertThat(key(Map.of("POND_SOURCE_KEY", "A".repeat(43))).message()).isEqualTo("given by POND_SOURCE_KEY");
    }

    @Test
    void aPortIsFreeOrAPondsOrSomebodyElses() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(new PortCheck("127.0.0.1", port).examine().message()).isEqualTo(port + " on 127.0.0.1 is free");
        assertThat(new PortCheck("203.0.113.1", 9).examine().result()).isEqualTo(Check.Result.NO);

        try (TestHttp well = pond(Optional.empty());
                TestHttp ill = pond(Optional.of("it is slow"));
                TestHttp other =
                        TestHttp.start((routes, answers) -> routes.get("/health", ctx -> ctx.result("fine")))) {
            assertThat(port(well))
                    .isEqualTo(Check.ok(
                            "port", "pond 1.2.3 (test) answers on port " + well.server.port() + " and is ready"));
            assertThat(port(ill).message()).endsWith("is not ready: {\"database\":\"it is slow\"}");
            assertThat(port(other).result()).isEqualTo(Check.Result.NO);
        }
    }

    @Test
    void aClockMustNotBeBehindWhatItHasStampedAndMustNotJump() throws IOException {
        ClockCheck check = new ClockCheck(folder, CLOCK);
        Path written = Files.writeString(folder.resolve("pond.db"), "");
        Files.setLastModifiedTime(written, FileTime.from(NOW.plusSeconds(1)));
        assertThat(check.examine(NOW.minusSeconds(3), Duration.ofSeconds(3)).result())
                .isEqualTo(Check.Result.OK);
        assertThat(check.examine(NOW.minusSeconds(60), Duration.ofSeconds(3)))
                .isEqualTo(Check.warning("clock", "it was set by 57 seconds during these checks"));

        Files.setLastModifiedTime(written, FileTime.from(NOW.plusSeconds(60)));
        assertThat(check.examine(NOW, Duration.ZERO))
                .isEqualTo(
                        Check.no(
                                "clock",
                                "it says 2026-07-01T12:00:00Z, and the state folder was written at 2026-07-01T12:01:00Z; set the clock"));
    }

    private void make(String name, Migrator migrator) {
        new TestDatabase(folder, name, migrator).close();
    }

    private Doctor.Report examine(Path state) throws InterruptedException {
        ServerConfig config = ServerConfig.from(Map.of("POND_STATE_DIR", state.toString(), "POND_PORT", "0"), Map.of());
        Doctor.Schemas schemas = new Doctor.Schemas(TestSchema.pond(CLOCK), TestSchema.logs(CLOCK));
        return new Doctor(schemas, InstantSource.system()).examine(config);
    }

    @Test
    void aBackupIsKnownAndYoungEnough() {
        Instant now = Instant.parse("2026-01-03T00:00:00Z");
        Optional<Instant> last = Optional.of(Instant.parse("2026-01-01T00:00:00Z"));

        assertThat(BackupCheck.of(Optional.empty(), Optional.empty(), now).result())
                .isEqualTo(Check.Result.WARNING);
        assertThat(BackupCheck.of(last, Optional.empty(), now).result()).isEqualTo(Check.Result.OK);
        assertThat(BackupCheck.of(last, Optional.of(Duration.ofDays(2)), now).result())
                .isEqualTo(Check.Result.OK);
        assertThat(BackupCheck.of(last, Optional.of(Duration.ofHours(47)), now).message())
                .contains("more than 47 hours ago");
    }

    private Check key(Map<String, String> more) {
        Map<String, String> env = new HashMap<>(more);
        env.put("POND_STATE_DIR", folder.toString());
        return SourceKeyCheck.of(folder, ServerConfig.from(env, Map.of()));
    }

    private static TestHttp pond(Optional<String> fault) {
        return TestHttp.start((routes, answers) -> new HealthHandler(
                        answers,
                        new HealthView("ok", "test", "1.2.3"),
                        List.of(new ReadyCheck("database", () -> fault)),
                        new HealthHandler.Advice(List.of(), Optional::empty))
                .register(routes));
    }

    private static Check port(TestHttp served) throws InterruptedException {
        return new PortCheck("127.0.0.1", served.server.port()).examine();
    }

    private static Check find(List<Check> checks, String name) {
        return checks.stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
