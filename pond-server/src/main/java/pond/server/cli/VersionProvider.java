package pond.server.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar. */
public final class VersionProvider implements IVersionProvider {
    /** As the jar's manifest has it; "development" when there is no jar. */
    public static String version() {
        String version = VersionProvider.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"pond " + version()};
    }
}
