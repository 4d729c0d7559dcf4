package pond.server.sources;

import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * What JGit sees of this machine: no variables and no configuration of the system or of a user, which could name other
 * addresses, proxies, helpers or hooks, and no place to write to either. JGit keeps this in a static of its own.
 */
final class GitEnvironment extends SystemReader.Delegate {
    /** Redirects of the first request only, as git itself does it; no reflogs. */
    private static final String SETTINGS = """
            [http]
                followRedirects = initial
                maxRedirects = 5
            [core]
                logAllRefUpdates = false
            """;

    private GitEnvironment(SystemReader real) {
        super(real);
    }

    /** May be called any number of times. */
    static void install() {
        if (!(SystemReader.getInstance() instanceof GitEnvironment)) {
            SystemReader.setInstance(new GitEnvironment(SystemReader.getInstance()));
        }
    }

    @Override
    public String getHostname() {
        return "localhost";
    }

    @Override
    public @Nullable String getenv(String variable) {
        return null;
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new FixedConfig(parent, fs, SETTINGS);
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        return new FixedConfig(parent, fs, "");
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new FixedConfig(parent, fs, "");
    }

    private static final class FixedConfig extends FileBasedConfig {
        private final String text;

        FixedConfig(@Nullable Config parent, FS fs, String text) {
            super(parent, null, fs);
            this.text = text;
        }

        @Override
        public void load() throws ConfigInvalidException {
            fromText(text);
        }

        @Override
        public void save() {
            // Nothing that JGit finds out about this machine is worth a file in somebody's home.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }

        /** A given resolution of file times saves JGit from measuring it, which takes seconds and leaves probe files. */
        @Override
        public long getTimeUnit(
                String section, @Nullable String subsection, String name, long otherwise, TimeUnit unit) {
            return section.equals("filesystem")
                    ? unit.convert(10, TimeUnit.MILLISECONDS)
                    : super.getTimeUnit(section, subsection, name, otherwise, unit);
        }
    }
}
