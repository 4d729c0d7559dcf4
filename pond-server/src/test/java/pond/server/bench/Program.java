package pond.server.bench;

import java.nio.file.Path;
import java.util.List;

/** A measuring program of the worker, which knows the rooms of the worker from within. */
final class Program {
    private Program() {}

    static void spawnRate(Site site) throws Exception {
        run(site, "sandbox.SpawnRate");
    }

    static void sandboxStart(Site site) throws Exception {
        if (Machine.BUBBLEWRAP) {
            run(site, "sandbox.bubblewrap.SandboxStart");
        } else {
            site.report().heading("sandboxes: not measured, bubblewrap makes none here");
        }
    }

    static void copyCost(Site site) throws Exception {
        run(site, "checkout.CopyCost");
    }

    private static void run(Site site, String name) throws Exception {
        site.report().heading("%s (load %s)".formatted(name, MachineFacts.load()));
        System.out.flush();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-Djdk.lang.Process.launchMechanism="
                                + (Runtime.version().feature() < 25 ? "VFORK" : "POSIX_SPAWN"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "pond.worker." + name,
                        site.state("").toString()))
                .inheritIO()
                .start();
        try {
            site.report().holds("it ended well", process.waitFor() == 0, "exit code " + process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }
}
