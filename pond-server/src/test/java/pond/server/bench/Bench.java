package pond.server.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Measures pond against what the machine can do in the same minutes: limits are made of the machine's own figures, so a
 * busy or slow machine is not held against pond, and a fast one is no excuse. Figures that move are taken in
 * {@link Rounds}, and their medians are judged. Ends with 1 when a limit was missed.
 *
 * <p>Arguments: the folder of the clone, one for the state of the servers, on the disk that is meant, and the parts to
 * measure, see {@link Part}.
 */
final class Bench {
    private Bench() {}

    public static void main(String[] args) throws Exception {
        List<Part> parts;
        try {
            parts = Part.named(Arrays.asList(args).subList(2, args.length));
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        long begun = System.nanoTime();
        Report report = new Report(System.out);
        Site site = new Site(Path.of(args[0]), Path.of(args[1]), report);
        MachineFacts.print(report, Path.of(args[1]));
        for (Part part : parts) {
            part.measure().on(site);
        }
        report.heading("at the end (load " + MachineFacts.load() + ", after "
                + Math.round((System.nanoTime() - begun) / 60e9) + " minutes)");
        report.holds(
                "no locked database or error in the servers' logs", site.trouble() == 0, site.trouble() + " lines");
        System.exit(report.missed() == 0 ? 0 : 1);
    }
}
