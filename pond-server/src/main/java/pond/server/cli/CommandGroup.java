package pond.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that has others inside and does nothing by itself: without one of them its use is wrong. */
public abstract class CommandGroup implements Runnable {
    private final String inside;

    @Spec
    @Nullable
    CommandSpec spec;

    /** @param inside the names of the others, as they are listed in a complaint */
    protected CommandGroup(String inside) {
        this.inside = inside;
    }

    @Override
    public final void run() {
        throw new ParameterException(line(), "one of " + inside + " is needed");
    }

    /** The command, with the streams for its results and complaints. */
    protected final CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not filled in the command");
        }
        return spec.commandLine();
    }
}
