package pond.common.protocol;

import java.util.Optional;
import java.util.regex.Pattern;
import pond.common.ids.ProjectId;

/** What a worker may be called, and what may be said of it. Both sides check it: one to help, the other to be safe. */
public final class WorkerWords {
    /** The most tags, and the most capabilities, of one worker. */
    public static final int MAX_WORDS = 64;

    /** The most characters of a name. */
    public static final int MAX_NAME = 128;

    /** The most slots of one worker. */
    public static final int MAX_SLOTS = 1_000;

    private static final int MAX_VERSION = 64;
    private static final String TENANT = "tenant:";
    private static final String POOL = "pool:";
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");
    private static final Pattern POOL_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    private WorkerWords() {}

    /** A tag such as {@code gpu}, {@code pool:trusted}, or {@code tenant:} and a project id. */
    public static boolean isTag(String tag) {
        if (tag.startsWith(TENANT)) {
            return ProjectId.parse(tag.substring(TENANT.length())).isPresent();
        }
        if (tag.startsWith(POOL)) {
            return isPool(tag.substring(POOL.length()));
        }
        return WORD.matcher(tag).matches();
    }

    /** The name of a pool, such as {@code trusted}. */
    public static boolean isPool(String name) {
        return POOL_NAME.matcher(name).matches();
    }

    /** A capability such as {@code harness.codex}. */
    public static boolean isCapability(String capability) {
        return WORD.matcher(capability).matches();
    }

    /** A name for people: 1 to 128 printable characters. */
    public static boolean isName(String name) {
        return name.length() <= MAX_NAME && ProjectId.parse(name).isPresent();
    }

    /** Why an attach cannot be taken, in words; empty when it can. */
    public static Optional<String> problem(Attach attach) {
        if (!isName(attach.name())) {
            return Optional.of("a worker's name has 1 to " + MAX_NAME + " printable characters");
        }
        if (!isVersion(attach.version())) {
            return Optional.of("a worker's version has 1 to " + MAX_VERSION + " printable characters");
        }
        if (attach.slots() < 1 || attach.slots() > MAX_SLOTS) {
            return Optional.of("a worker has 1 to " + MAX_SLOTS + " slots");
        }
        if (attach.tags().size() > MAX_WORDS || attach.capabilities().size() > MAX_WORDS) {
            return Optional.of("a worker has at most " + MAX_WORDS + " tags and as many capabilities");
        }
        if (!attach.tags().stream().allMatch(WorkerWords::isTag)) {
            return Optional.of("a tag has 1 to 128 letters, digits and ._:/- and begins with a letter or digit");
        }
        if (!attach.capabilities().stream().allMatch(WorkerWords::isCapability)) {
            return Optional.of("a capability has 1 to 128 letters, digits and ._:/- and begins with a letter or digit");
        }
        return Optional.empty();
    }

    /** Why an enrolment cannot be taken, in words; its keys and proof are another matter. */
    public static Optional<String> problem(Enroll enroll) {
        if (!isName(enroll.name())) {
            return Optional.of("a worker's name has 1 to " + MAX_NAME + " printable characters");
        }
        if (!isVersion(enroll.version())) {
            return Optional.of("a worker's version has 1 to " + MAX_VERSION + " printable characters");
        }
        return SecretDigest.isDigest(enroll.bearerSha256())
                ? Optional.empty()
                : Optional.of("bearerSha256 has 64 lower-case hex digits");
    }

    private static boolean isVersion(String version) {
        return version.length() <= MAX_VERSION && isName(version);
    }
}
