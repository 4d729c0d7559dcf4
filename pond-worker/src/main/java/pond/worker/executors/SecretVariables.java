package pond.worker.executors;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import pond.worker.sandbox.Secrets;

/** Tells by its name that a variable holds a secret: {@code NPM_TOKEN} does, {@code TOKENIZER} does not. */
final class SecretVariables {
    private static final Pattern NAME =
            Pattern.compile("(.*_)?(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_KEY|PRIVATE_KEY"
                    + "|ACCESS_KEY|SECRET_KEY|CREDENTIALS|CONNECTION_STRING)");

    private SecretVariables() {}

    /** The values of those variables that hold a secret. */
    static Secrets in(Map<String, String> variables) {
        return Secrets.of(variables.entrySet().stream()
                .filter(variable ->
                        NAME.matcher(variable.getKey().toUpperCase(Locale.ROOT)).matches())
                .map(Map.Entry::getValue)
                .toList());
    }
}
