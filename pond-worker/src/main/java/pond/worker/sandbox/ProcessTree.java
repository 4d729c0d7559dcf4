package pond.worker.sandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import pond.worker.sandbox.Ended.Cleanup;
import pond.worker.sandbox.ProcFs.Stat;

/**
 * The processes that belong to one command, or to all commands of one worker: found anew at each look, by ancestor,
 * session, process group and mark. Without /proc (not Linux) only the living descendants of the main process are known.
 */
final class ProcessTree implements Members {
    /** A quick look is for commands that are over before all pids of a system can have been given out once. */
    private static final long QUICK_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long QUICK_PIDS = 64;
    private static final long MAX_PAUSE_NANOS = Duration.ofMillis(50).toNanos();
    private static final long NO_PID = -1;

    private final ProcFs proc;
    private final Optional<ProcessHandle> main;
    private final long mainPid;
    private final String mark;
    private final Set<Long> mainPids;
    private final long createdAt = System.nanoTime();

    private ProcessTree(ProcFs proc, Optional<ProcessHandle> main, String mark, Set<Long> mainPids) {
        this.proc = proc;
        this.mainPids = mainPids;
        this.main = main;
        this.mark = mark;
        this.mainPid = main.map(ProcessHandle::pid).orElse(NO_PID);
    }

    /**
     * The tree of a command whose main process was just started.
     *
     * @param mainPids the main processes of all running commands, which are in nobody else's tree; kept by the trees
     */
    static ProcessTree of(ProcFs proc, ProcessHandle main, JobMark mark, Set<Long> mainPids) {
        mainPids.add(main.pid());
        return new ProcessTree(proc, Optional.of(main), mark.entry() + "\0", mainPids);
    }

    /** All trees of a worker's commands. */
    static ProcessTree ofWorker(ProcFs proc, String worker) {
        return new ProcessTree(proc, Optional.empty(), JobMark.entryPrefix(worker), Set.of());
    }

    /** Sends SIGTERM to everything that belongs to this tree, once. */
    @Override
    public void terminate() {
        signal(ProcessHandle::destroy);
    }

    /** Whether anything of this tree is alive. */
    @Override
    public boolean alive() {
        return !signal(member -> {}).isEmpty();
    }

    /**
     * For the end of the main process: sends SIGKILL until two looks in a row find nothing, or {@code limit} is over. Two, because a process that is just
     * being forked or replaces its program can be missed once.
     */
    @Override
    public Cleanup kill(Duration limit) {
        main.ifPresent(handle -> mainPids.remove(mainPid));
        long start = System.nanoTime();
        long pause = 0;
        Set<ProcessHandle> seen = new HashSet<>();
        for (int quiet = 0; quiet < 2; ) {
            List<ProcessHandle> found = signal(ProcessHandle::destroyForcibly);
            quiet = found.isEmpty() ? quiet + 1 : 0;
            if (!found.isEmpty() && System.nanoTime() - start > limit.toNanos()) {
                return new Cleanup(seen.size(), found.size());
            }
            // New ones are chased without a pause; nothing tells when one that is not our child has died.
            pause = seen.addAll(found) || found.isEmpty() ? 0 : nextPause(pause);
            LockSupport.parkNanos(pause);
        }
        return new Cleanup(seen.size(), 0);
    }

    @Override
    public void killMain(ProcessHandle main) {
        main.destroyForcibly();
    }

    /** Waiting times between two looks: half a millisecond, doubled up to fifty. */
    static long nextPause(long pause) {
        return Math.min(Math.max(500_000, 2 * pause), MAX_PAUSE_NANOS);
    }

    private List<ProcessHandle> signal(Consumer<ProcessHandle> signal) {
        if (!proc.usable()) {
            List<ProcessHandle> known = main.stream()
                    .flatMap(handle -> Stream.concat(handle.descendants(), Stream.of(handle)))
                    .filter(ProcessHandle::isAlive)
                    .toList();
            known.forEach(signal);
            return known;
        }
        return nothingQuickly() ? List.of() : signalMembers(proc.pids(), signal);
    }

    /**
     * The common case, a short command without leftovers, is settled without reading all of /proc. Linux gives out pids
     * in ascending order, so a descendant can only be among those given out since the main process got its own.
     */
    private boolean nothingQuickly() {
        if (mainPid == NO_PID || System.nanoTime() - createdAt > QUICK_NANOS) {
            return false;
        }
        long last = proc.lastPid().orElse(0L);
        if (last < mainPid || last - mainPid > QUICK_PIDS) {
            return false;
        }
        List<Long> recent = LongStream.rangeClosed(mainPid, last)
                .filter(pid -> (pid == mainPid || !mainPids.contains(pid)) && proc.exists(pid))
                .boxed()
                .toList();
        return signalMembers(recent, member -> {}).isEmpty();
    }

    /** Signals each member the moment it is recognised, the youngest first: what forks fast must not get ahead. */
    private List<ProcessHandle> signalMembers(List<Long> pids, Consumer<ProcessHandle> signal) {
        long self = ProcessHandle.current().pid();
        List<Stat> others = new ArrayList<>();
        Set<Long> memberPids = new HashSet<>();
        List<ProcessHandle> signalled = new ArrayList<>();
        boolean sessionIsOurs = ownsSession();
        pids.stream()
                .sorted(Comparator.reverseOrder())
                .filter(pid -> pid != self)
                .forEach(pid -> proc.stat(pid).filter(Stat::alive).ifPresent(stat -> {
                    if (recognised(stat, sessionIsOurs)) {
                        memberPids.add(pid);
                        signalIfSame(stat, signal).ifPresent(signalled::add);
                    } else {
                        others.add(stat);
                    }
                }));
        for (List<Stat> children = childrenOf(memberPids, others);
                !children.isEmpty();
                children = childrenOf(memberPids, others)) {
            others.removeAll(children);
            for (Stat child : children) {
                memberPids.add(child.pid());
                signalIfSame(child, signal).ifPresent(signalled::add);
            }
        }
        return signalled;
    }

    private static List<Stat> childrenOf(Set<Long> parents, List<Stat> candidates) {
        return candidates.stream()
                .filter(stat -> parents.contains(stat.parent()))
                .toList();
    }

    private boolean recognised(Stat stat, boolean sessionIsOurs) {
        return (sessionIsOurs
                        && Stream.of(stat.pid(), stat.session(), stat.group()).anyMatch(id -> id == mainPid))
                || proc.environmentHas(stat.pid(), mark);
    }

    /** A pid is not given out again while a session has its number; if another process has it, our session is over. */
    private boolean ownsSession() {
        return main.filter(handle -> handle.isAlive() || !proc.exists(mainPid)).isPresent();
    }

    /**
     * A handle remembers the start time of its process and signals no other one. It is made after our look at /proc, so
     * another look must show that the pid still names the process we saw.
     */
    private Optional<ProcessHandle> signalIfSame(Stat seen, Consumer<ProcessHandle> signal) {
        Optional<ProcessHandle> handle = ProcessHandle.of(seen.pid())
                .filter(same -> proc.stat(seen.pid())
                        .filter(now -> now.start() == seen.start())
                        .isPresent());
        handle.ifPresent(signal);
        return handle;
    }
}
