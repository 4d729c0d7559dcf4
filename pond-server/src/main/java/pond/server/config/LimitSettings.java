package pond.server.config;

import java.util.List;
import java.util.function.Function;
import pond.common.net.AddressRange;

/** Those of {@link Settings} that say how much the server takes, from everybody, a project, or an address. */
public final class LimitSettings {
    private static final String A_SIZE_OR_NONE = "0, or a number of bytes such as 512m or 2g";
    private static final int MOST = 1_000_000;

    public static final Setting<Long> DISK_FLOOR = bytesOrNone(
            "POND_DISK_FLOOR_BYTES",
            "512m",
            "With less room on the disk of the state folder no new run is taken, with less than half of it no log line and no artifact; 0 refuses nothing.");
    public static final Setting<Integer> PROJECT_QUEUED_RUNS = count(
            "POND_PROJECT_MAX_QUEUED_RUNS",
            "0",
            "How many runs of a project may be queued before its next one is refused; 0 is no bound.");
    public static final Setting<Integer> PROJECT_RUNNING_JOBS = count(
            "POND_PROJECT_MAX_RUNNING_JOBS",
            "0",
            "How many jobs of a project run at a time, over all workers; the others wait. 0 is no bound.");
    public static final Setting<Long> PROJECT_BYTES = bytesOrNone(
            "POND_PROJECT_MAX_BYTES",
            "0",
            "What the artifacts and logs of a project may take before its next run is refused; 0 is no bound.");
    public static final Setting<Integer> AUTH_FAILURES = count(
            "POND_AUTH_FAILURES_PER_MIN",
            "60",
            "How many calls without a good token an address may make in a minute before they get 429; 0 is no bound.");
    public static final Setting<List<AddressRange>> TRUSTED_PROXIES = setting(
            "POND_TRUSTED_PROXIES",
            "address ranges such as 127.0.0.0/8 with commas between",
            "",
            "Proxies in front of the server, whose X-Forwarded-For is believed.",
            SettingValues::ranges);

    private LimitSettings() {}

    private static Setting<Integer> count(String name, String byDefault, String sentence) {
        return setting(
                name,
                "a whole number from 0 to " + MOST,
                byDefault,
                sentence,
                text -> SettingValues.integer(text, 0, MOST));
    }

    private static Setting<Long> bytesOrNone(String name, String byDefault, String sentence) {
        return setting(
                name,
                A_SIZE_OR_NONE,
                byDefault,
                sentence,
                text -> text.equals("0") ? Long.valueOf(0) : Long.valueOf(SettingValues.bytes(text)));
    }

    /** Not by the methods of {@link Settings}, whose list of all settings needs those here first. */
    private static <T> Setting<T> setting(
            String name, String takes, String byDefault, String sentence, Function<String, T> read) {
        return new Setting<>(name, takes, byDefault, sentence, false, read);
    }
}
