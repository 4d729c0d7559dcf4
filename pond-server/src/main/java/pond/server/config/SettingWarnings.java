package pond.server.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What an operator should be told about settings that are valid but doubtful. */
final class SettingWarnings {
    private static final Set<String> LOOPBACK = Set.of("localhost", "::1", "[::1]");
    private static final int SHORT_TOKEN = 16;

    private SettingWarnings() {}

    static List<String> of(ServerConfig config, SettingReader given) {
        List<String> warnings = new ArrayList<>();
        for (String name : given.unknown()) {
            warnings.add(name + " is not a setting and has no effect; did you mean " + nearest(name) + "?");
        }
        if (!isLoopback(config.host())) {
            warnings.add("POND_HOST is " + config.host()
                    + ": tokens cross the network in the clear; put a proxy with TLS in front");
        }
        config.serviceToken()
                .filter(token -> token.length() < SHORT_TOKEN)
                .ifPresent(token -> warnings.add(
                        "POND_SERVICE_TOKEN is short enough to be guessed; 'openssl rand -hex 32' makes a good one"));
        if (config.auth0Domain().filter(Auth0Domain::loopback).isPresent()) {
            warnings.add(
                    Settings.AUTH0_DOMAIN.name()
                            + " is an issuer on this machine, which is for development: whoever can listen on its port is an admin");
        }
        for (Setting<?> setting : List.of(Settings.AUTH0_AUDIENCE, Settings.ADMIN_AUTH0_SUBS)) {
            if (config.auth0Domain().isEmpty() && given.find(setting).isPresent()) {
                warnings.add(setting.name() + " has no effect without " + Settings.AUTH0_DOMAIN.name()
                        + ": the service token is the admin");
            }
        }
        for (String name : given.secretsInEnvironment()) {
            warnings.add(name + " came by environment, which other programs of this user can read; " + name
                    + "_FILE names a file instead");
        }
        return List.copyOf(warnings);
    }

    private static boolean isLoopback(String host) {
        return LOOPBACK.contains(host) || host.startsWith("127.");
    }

    private static String nearest(String name) {
        return SettingReader.knownNames().stream()
                .min(Comparator.<String>comparingInt(known -> distance(known, name))
                        .thenComparing(known -> known))
                .orElseThrow();
    }

    /** Levenshtein's edit distance, one row at a time. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
