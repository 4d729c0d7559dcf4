package pond.worker.executors.builtin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import pond.worker.checkout.Sha256;

/**
 * Strings that look like credentials: {@code type} "secret", {@code rule}, {@code path}, {@code line} and {@code column}
 * from 1 on, {@code preview} (what all credentials of the kind begin with, then {@code ****}), {@code length} and
 * {@code fingerprint} (12 hex digits, the same wherever the same secret stands). Nothing of the secret itself is written.
 */
final class SecretScan implements Operation {
    /** Larger files are data; of long lines see {@link Lines}. */
    private static final long MAX_SIZE = 64L << 20;

    private static final int FINGERPRINT = 12;

    private long found;
    private long files;

    @Override
    public void file(SourceFile file, Records records) throws IOException {
        if (file.size() > MAX_SIZE || file.binary()) {
            return;
        }
        files++;
        Lines.read(file.bytes(), (number, line) -> {
            boolean known = false;
            for (SecretRule rule : SecretRule.ALL) {
                known |= rule.mayMatch(line) && report(rule, file.path(), number, line, records);
            }
            // A token in an assignment is reported once, under the name of its own form.
            if (!known && AssignedSecrets.mayMatch(line)) {
                report(AssignedSecrets.RULE, file.path(), number, line, records);
            }
        });
    }

    private boolean report(SecretRule rule, String path, long number, String line, Records records) throws IOException {
        boolean any = false;
        Matcher matcher = rule.pattern().matcher(line);
        while (matcher.find()) {
            String secret = SecretRule.secret(matcher);
            if (rule.accepts().test(secret)) {
                any = true;
                found++;
                int column = line.codePointCount(0, SecretRule.start(matcher)) + 1;
                records.write(fields(rule, secret, path, number, column));
            }
        }
        return any;
    }

    private static Map<String, Object> fields(SecretRule rule, String secret, String path, long number, int column) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "secret");
        fields.put("rule", rule.name());
        fields.put("path", path);
        fields.put("line", number);
        fields.put("column", column);
        fields.put("preview", rule.preview(secret));
        fields.put("length", secret.length());
        fields.put("fingerprint", fingerprint(rule, secret));
        return fields;
    }

    private static String fingerprint(SecretRule rule, String secret) {
        MessageDigest digest = Sha256.start();
        digest.update((rule.name() + ":" + secret).getBytes(StandardCharsets.UTF_8));
        return Sha256.hex(digest).substring(0, FINGERPRINT);
    }

    @Override
    public String finish(Records records) {
        return found + " findings in " + files + " files";
    }
}
