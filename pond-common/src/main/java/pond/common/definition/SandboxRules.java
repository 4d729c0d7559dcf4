package pond.common.definition;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.problems.Fields;
import pond.common.problems.ProblemCode;

/** Reads the sandbox block of an executor. Whether a worker can do what it asks is not decided here. */
final class SandboxRules {
    private static final int MAX_HOSTS = 100;
    private static final int MAX_PIDS = 1_000_000;
    private static final int MAX_PORT = 65_535;

    /** The longest name in DNS (RFC 1035, 253 characters as text), with a wildcard before it and a port behind it. */
    private static final int MAX_HOST = 2 + 253 + 6;

    /** No more digits before a unit than leave the number of bytes within a long. */
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,8}[kKmMgG]|[1-9][0-9]{0,14}");

    private static final Pattern CPUS = Pattern.compile("(?!0*(\\.0*)?$)[0-9]{1,4}(\\.[0-9]{1,3})?");
    private static final Pattern BACKEND = Pattern.compile("[a-z][a-z0-9-]{0,31}");
    private static final Pattern HOST = Pattern.compile(
            "(\\*\\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\\.)*[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(:[0-9]{1,5})?");
    private static final Pattern NUMERIC_HOST = Pattern.compile("(.*\\.)?(0x[0-9a-f]*|[0-9]+)(:[0-9]+)?");

    private SandboxRules() {}

    /** The block of this executor, when it has one that can be read. */
    static Optional<SandboxSpec> read(Fields executor) {
        return executor.reportingTo(executor.reporter().as(ProblemCode.SANDBOX_INVALID))
                .object(name(executor))
                .flatMap(SandboxRules::block);
    }

    /** Marks the field as known to the executor's own reader too. */
    private static String name(Fields executor) {
        executor.value("sandbox");
        return "sandbox";
    }

    private static Optional<SandboxSpec> block(Fields fields) {
        Optional<SandboxProfile> profile = Optional.empty();
        if (fields.requiredString("profile").isPresent()) {
            profile = fields.oneOf("profile", SandboxProfile.class);
        }
        Optional<SandboxTier> tier = fields.oneOf("tier", SandboxTier.class);
        Optional<String> backend = matching(fields, "backend", BACKEND, "the name of a backend, such as bubblewrap");
        List<String> hosts = fields.strings("allow_hosts", MAX_HOSTS);
        hosts.forEach(host -> checkHost(fields, host));
        Optional<SandboxSpec.Overrides> overrides = fields.object("overrides").map(SandboxRules::overrides);
        fields.end();
        if (!hosts.isEmpty() && profile.isPresent() && profile.get() != SandboxProfile.UNTRUSTED_CODE_WRITE) {
            fields.report("allow_hosts", "goes with profile untrusted-code-write only");
        }
        return profile.map(known ->
                new SandboxSpec(known, tier.orElse(null), backend.orElse(null), hosts, overrides.orElse(null)));
    }

    private static void checkHost(Fields fields, String host) {
        // The length first: the pattern's groups cost stack on a long text.
        if (host.length() > MAX_HOST
                || !HOST.matcher(host).matches()
                || NUMERIC_HOST.matcher(host).matches()
                || !isPort(host.substring(host.indexOf(':') + 1))) {
            fields.report(
                    "allow_hosts",
                    "takes lower-case names like git.example.com, *.example.com or name:port, and no addresses");
        }
    }

    /** Whether this is a port; a host that has none passes as itself. */
    private static boolean isPort(String text) {
        int port = text.chars().allMatch(Character::isDigit) ? Integer.parseInt(text) : 1;
        return port >= 1 && port <= MAX_PORT;
    }

    private static SandboxSpec.Overrides overrides(Fields fields) {
        SandboxSpec.Overrides overrides = new SandboxSpec.Overrides(
                matching(fields, "memory", SIZE, "a size like 512m or 4g").orElse(null),
                matching(fields, "cpus", CPUS, "a number of cores like \"2\" or \"0.5\"")
                        .orElse(null),
                fields.integer("pids_limit", 1, MAX_PIDS).orElse(null),
                matching(fields, "tmpfs_size", SIZE, "a size like 512m or 4g").orElse(null),
                fields.string("image").orElse(null));
        fields.end();
        return overrides;
    }

    private static Optional<String> matching(Fields fields, String name, Pattern form, String wanted) {
        return fields.string(name).filter(text -> {
            if (!form.matcher(text).matches()) {
                fields.report(name, "must be " + wanted);
            }
            return form.matcher(text).matches();
        });
    }
}
