package pond.worker.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import pond.common.net.AddressRange;
import pond.worker.egress.BuiltInHosts;

/** What an operator says about sandboxes and their network. Every method throws {@link IllegalArgumentException} for a bad value. */
final class SandboxOptions {
    private static final long MAX_LIST_BYTES = 1 << 20;

    @Option(
            names = "--tool-dirs",
            paramLabel = "DIRS",
            description = "Folders of this machine that sandboxes show read-only, with commas (POND_WORKER_TOOL_DIRS).")
    @Nullable
    String toolDirs;

    @Option(
            names = "--sandbox-user",
            paramLabel = "USER",
            description = "Whom the stages of a worker that is root run as, a name or a number"
                    + " (POND_WORKER_SANDBOX_USER, default: a number that nobody has).")
    @Nullable
    String sandboxUser;

    @Option(
            names = "--require-sandbox",
            description = "Run no shell stage without a sandbox, not even one that asks for none"
                    + " (POND_WORKER_REQUIRE_SANDBOX=true).")
    boolean requireSandbox;

    @Option(
            names = "--soft-limits",
            description = "Run stages with a bound on cores although this machine cannot keep it"
                    + " (POND_WORKER_SOFT_LIMITS=true).")
    boolean softLimits;

    @Option(
            names = "--egress-hosts-file",
            paramLabel = "FILE",
            description =
                    "Hosts that every untrusted-code-write stage may reach, one a line, instead of the registries and"
                            + " git hosts that come with the worker (POND_WORKER_EGRESS_HOSTS_FILE).")
    @Nullable
    String egressHostsFile;

    @Option(
            names = "--egress-allow-cidr",
            paramLabel = "RANGES",
            description =
                    "Private addresses that such stages may reach, such as 10.1.0.0/16 for a registry of your own, with"
                            + " commas; link-local and metadata addresses stay shut (POND_WORKER_EGRESS_ALLOW_CIDR).")
    @Nullable
    String egressAllowCidr;

    List<Path> toolDirs() {
        return words(toolDirs).stream().map(SandboxOptions::toolDir).toList();
    }

    private static Path toolDir(String text) {
        Path folder = ServerOptions.path("--tool-dirs", text);
        if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    Complaint.about("--tool-dirs", "takes absolute paths of folders, not '" + text + "'"));
        }
        return folder;
    }

    Optional<String> user() {
        if (sandboxUser != null && !sandboxUser.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")) {
            throw new IllegalArgumentException(Complaint.about("--sandbox-user", "takes the name or number of a user"));
        }
        return Optional.ofNullable(sandboxUser);
    }

    List<String> egressHosts() {
        if (egressHostsFile == null) {
            return BuiltInHosts.read();
        }
        Path file = ServerOptions.path("--egress-hosts-file", egressHostsFile);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_LIST_BYTES) {
                throw new IllegalArgumentException(
                        Complaint.about("--egress-hosts-file", "takes a small file, not '" + egressHostsFile + "'"));
            }
            return BuiltInHosts.parse(Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    Complaint.about("--egress-hosts-file", "takes a file that can be read: " + e.getMessage()), e);
        }
    }

    List<AddressRange> egressRanges() {
        try {
            return words(egressAllowCidr).stream().map(AddressRange::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    Complaint.about("--egress-allow-cidr", String.valueOf(e.getMessage())), e);
        }
    }

    private static List<String> words(@Nullable String text) {
        return Arrays.stream((text == null ? "" : text).split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
