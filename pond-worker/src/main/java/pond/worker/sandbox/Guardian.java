package pond.worker.sandbox;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends plain subprocesses when this process is killed and cannot do it any more. A shell, in a session of its own and
 * without any mark, is told what runs and reads from a pipe that nobody else holds: when that ends, however, it kills what
 * it was told last. It knows jobs by their mark and by their session, whose number no new process gets while anything is
 * left in it. What has shed both is beyond it, as it is beyond {@link ProcessTree} once its parents are gone.
 *
 * <p>The shell is started with the first command, and again when somebody has killed it. Without {@code /bin/sh}, or
 * without /proc, there is none: then a killed worker's processes live until its next start sweeps them. Safe for use by
 * several threads; a call writes a few bytes to the pipe.
 */
final class Guardian {
    private static final Logger LOG = LoggerFactory.getLogger(Guardian.class);
    private static final long SHORT_LIFE = Duration.ofSeconds(1).toNanos();

    // A name is a mark, which has a dot in it, or the pid of a main process: both free of blanks and of patterns.
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM
            names=' '
            while read -r line; do
                name=${line#?}
                case $line in
                    +*) names="$names$name " ;;
                    -*) case $names in *" $name "*) names=${names%%" $name "*}' '${names#*" $name "} ;; esac ;;
                esac
            done
            # The worker is gone. Nothing to kill is the usual case: it closed the pipe.
            marks=
            for name in $names; do
                case $name in *.*) marks="$marks${marks:+|}$name" ;; esac
            done
            [ "$marks" ] || exit 0
            # Until two looks in a row find nothing: one that forks or replaces its program can be missed once.
            quiet=0 looks=0
            while [ $quiet -lt 2 ] && [ $looks -lt 200 ]; do
                looks=$((looks + 1)) quiet=$((quiet + 1))
                for file in $(grep -lszE "^POND_JOB_MARK=($marks)" /proc/[0-9]*/environ); do
                    pid=${file#/proc/}
                    kill -KILL "${pid%/environ}" && quiet=0
                done
                for file in /proc/[0-9]*/stat; do
                    # The name, in parentheses, can hold anything, line ends too: what counts is behind the last one.
                    last=
                    while IFS= read -r line; do last=$line; done < "$file"
                    set -- ${last##*) }
                    case $1 in ''|Z|X) continue ;; esac
                    pid=${file#/proc/}
                    pid=${pid%/stat}
                    case $names in
                        *" $pid "*|*" $3 "*|*" $4 "*) kill -KILL "$pid" && quiet=0 ;;
                    esac
                done
                sleep 0.05
            done
            """;

    private final SessionLauncher launcher;
    private final Set<String> names = new LinkedHashSet<>();
    private @Nullable Process shell;
    private @Nullable BufferedWriter pipe;
    private long startedAt;
    private boolean unusable;

    Guardian(SessionLauncher launcher) {
        this.launcher = launcher;
    }

    /** What is called so is to be killed when we are gone. */
    synchronized void guard(String name) {
        names.add(name);
        if (shell == null) {
            start();
        } else {
            tell("+" + name + "\n");
        }
    }

    /** What was called so has ended. */
    synchronized void release(String pid, String mark) {
        names.remove(pid);
        names.remove(mark);
        tell("-" + pid + "\n-" + mark + "\n");
    }

    /** As the other one, for a command that has no pid. */
    synchronized void release(String mark) {
        names.remove(mark);
        tell("-" + mark + "\n");
    }

    /** Lets the shell go: it kills what was not released. */
    synchronized void close() {
        letGo();
        names.clear();
    }

    private void start() {
        if (unusable) {
            return;
        }
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "pond-guardian"));
        launcher.program().ifPresent(path -> argv.add(0, path.toString()));
        ProcessBuilder builder = new ProcessBuilder(argv)
                .directory(new File("/"))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        builder.environment().clear();
        try {
            Process started = builder.start();
            shell = started;
            pipe = started.outputWriter(StandardCharsets.US_ASCII);
            startedAt = System.nanoTime();
            CompletableFuture<Process> unused = started.onExit().whenComplete((ended, failure) -> ended(started));
        } catch (IOException e) {
            unusable = true;
            LOG.warn(
                    "should this worker be killed, processes of its stages stay until its next start: {}",
                    e.toString());
            return;
        }
        names.forEach(name -> tell("+" + name + "\n"));
    }

    private void tell(String lines) {
        if (pipe == null) {
            return;
        }
        try {
            pipe.write(lines);
            pipe.flush();
        } catch (IOException e) {
            // It has died, and its end is told as well: that starts another one, which is told everything.
            LOG.debug("the guardian does not read any more: {}", e.toString());
        }
    }

    /** Somebody has killed it. One that does not live is not started again and again, but with the next command. */
    private synchronized void ended(Process which) {
        if (which != shell) {
            return;
        }
        letGo();
        boolean lived = System.nanoTime() - startedAt > SHORT_LIFE;
        LOG.warn("the guardian of this worker's processes has ended with {}", which.exitValue());
        if (lived && !names.isEmpty()) {
            start();
        }
    }

    private void letGo() {
        BufferedWriter last = pipe;
        shell = null;
        pipe = null;
        if (last != null) {
            try {
                last.close();
            } catch (IOException e) {
                LOG.debug("the guardian had closed its pipe: {}", e.toString());
            }
        }
    }
}
