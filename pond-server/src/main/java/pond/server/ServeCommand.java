package pond.server;

import java.io.IOException;
import java.net.BindException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pond.server.cli.ExitCode;
import pond.server.cli.VersionProvider;
import pond.server.config.ServerConfig;
import pond.server.config.Setting;
import pond.server.config.SettingException;
import pond.server.config.Settings;
import pond.server.db.StorageRefusedException;

/** Runs the server until the process is told to end. */
@Command(
        name = "serve",
        description = "Run the server (this is what happens without a command, too).",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        footer = {
            "",
            "All settings are environment variables; /docs/configuration lists them. SIGTERM stops gracefully."
        })
final class ServeCommand implements Callable<Integer> {
    @Option(names = "--host", paramLabel = "HOST", description = "Where to listen (POND_HOST, 127.0.0.1).")
    @Nullable
    String host;

    @Option(names = "--port", paramLabel = "PORT", description = "TCP port; 0 takes a free one (POND_PORT, 8001).")
    @Nullable
    String port;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where everything is kept (POND_STATE_DIR, .pond-state).")
    @Nullable
    String stateDir;

    @Spec
    @Nullable
    CommandSpec spec;

    private final Map<String, String> env;
    private final RunningServer.Starter starter;

    ServeCommand(Map<String, String> env, RunningServer.Starter starter) {
        this.env = env;
        this.starter = starter;
    }

    @Override
    public Integer call() throws Exception {
        ServerConfig config;
        RunningServer server;
        try {
            config = ServerConfig.from(env, flags());
            server = starter.start(config);
        } catch (SettingException e) {
            return fail(e, ExitCode.USAGE);
        } catch (StorageRefusedException | BindException e) {
            return fail(e, ExitCode.FAILED);
        } catch (IOException e) {
            return fail(new IOException("cannot start: " + e.getMessage(), e), ExitCode.FAILED);
        }
        Logger log = LoggerFactory.getLogger(ServeCommand.class);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(log, server, ended), "pond-shutdown-1"));
        Banner.log(log, config, VersionProvider.version(), server.port());
        ended.await();
        return ExitCode.OK;
    }

    /** The JVM ends when its hooks have; each part of the server has a deadline of its own for closing. */
    private static void stop(Logger log, RunningServer server, CountDownLatch ended) {
        long begun = System.nanoTime();
        log.info("told to stop: nothing new is taken, what is under way may finish");
        server.close();
        log.info("stopped after {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        ended.countDown();
    }

    private Map<String, String> flags() {
        Map<String, String> flags = new HashMap<>();
        put(flags, Settings.HOST, host);
        put(flags, Settings.PORT, port);
        put(flags, Settings.STATE_DIR, stateDir);
        return flags;
    }

    private static void put(Map<String, String> flags, Setting<?> setting, @Nullable String value) {
        if (value != null) {
            flags.put(setting.name(), value);
        }
    }

    private int fail(Exception e, int exitCode) {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command", e);
        }
        spec.commandLine().getErr().println("pond-server: " + e.getMessage());
        return exitCode;
    }
}
