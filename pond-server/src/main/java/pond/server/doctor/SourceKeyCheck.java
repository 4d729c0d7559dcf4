package pond.server.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import pond.server.config.ServerConfig;
import pond.server.config.SettingException;
import pond.server.config.Settings;
import pond.server.config.SourceKeyFile;

/** The key that seals secrets: whether it is there, is a key, and is nobody else's to read. */
final class SourceKeyCheck {
    private static final String NAME = "source key";

    private SourceKeyCheck() {}

    static Check of(Path state, ServerConfig config) {
        if (config.sourceKey().isPresent()) {
            return Check.ok(NAME, "given by " + Settings.SOURCE_KEY.name());
        }
        Path file = state.resolve(SourceKeyFile.NAME);
        if (Files.exists(file)) {
            return judge(state, file);
        }
        return Files.exists(state.resolve("pond.db"))
                ? Check.warning(
                        NAME,
                        file + " is not there: what was sealed cannot be opened; restore it, or set "
                                + Settings.SOURCE_KEY.name() + " as the server has it")
                : Check.ok(NAME, "not there yet; the first start makes it");
    }

    private static Check judge(Path state, Path file) {
        try {
            SourceKeyFile.read(file);
            if (SourceKeyFile.readNext(state).isPresent()) {
                return Check.warning(
                        NAME, "a change of it has not ended; stop the server and run rotate-source-key again");
            }
            return StateFolderChecks.open(Files.getPosixFilePermissions(file))
                    ? Check.warning(NAME, file + " is open to other users of this machine; chmod 600 it")
                    : Check.ok(NAME, file + ", for its owner alone");
        } catch (SettingException e) {
            return Check.no(NAME, String.valueOf(e.getMessage()));
        } catch (IOException | UnsupportedOperationException e) {
            return Check.no(NAME, file + " cannot be read (" + e.getMessage() + "); run as its owner");
        }
    }
}
