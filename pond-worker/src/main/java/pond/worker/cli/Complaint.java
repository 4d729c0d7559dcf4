package pond.worker.cli;

/** One line about an option whose value is not good. */
final class Complaint {
    private Complaint() {}

    static String about(String option, String takes) {
        return option + " (" + EnvironmentTwins.variable(option) + ") " + takes;
    }
}
