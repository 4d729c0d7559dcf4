package pond.worker.cli;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Gives each option that the command line leaves out the value of its variable: {@code --state-dir} has {@code POND_WORKER_STATE_DIR}. */
public final class EnvironmentTwins implements IDefaultValueProvider {
    private final Map<String, String> environment;

    public EnvironmentTwins(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** The variable of an option's long name. */
    static String variable(String option) {
        return "POND_WORKER_" + option.replaceFirst("^--", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
        if (!(arg instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
            return null;
        }
        String value = environment.get(variable(option.longestName()));
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (option.typeInfo().isBoolean() && !value.equals("true") && !value.equals("false")) {
            throw new ParameterException(
                    option.command().commandLine(), Complaint.about(option.longestName(), "takes true or false"));
        }
        return value;
    }
}
