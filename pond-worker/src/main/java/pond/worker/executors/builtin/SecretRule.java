package pond.worker.executors.builtin;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A form that credentials of one kind have.
 *
 * @param hint text that every match contains: looking for it first is what makes scanning fast
 * @param pattern its first group is the secret, or the whole match when it has no group. Repetitions are possessive or of
 *     bounded length, so that matching takes time in proportion to the text
 * @param accepts refuses what only stands for a secret in an example
 * @param shown how many characters at the beginning of the secret are the same for all credentials of the kind
 */
record SecretRule(String name, String hint, Pattern pattern, int shown, Predicate<String> accepts) {
    /**
     * Token forms as their issuers document them (read 2025 and 2026):
     * AWS IAM User Guide, "IAM identifiers" (prefixes of unique ids); GitHub Docs, "About authentication to GitHub",
     * token formats; GitLab Docs, "Security", token overview, token prefixes; Slack Docs, "Tokens" and "Sending messages
     * using incoming webhooks"; Stripe Docs, "API keys"; Google Cloud docs, "Manage API keys"; Anthropic and OpenAI
     * API docs, "Authentication"; npm Docs, "About access tokens", with the GitHub Blog on npm's token format; PyPI Help,
     * "API tokens" (a macaroon whose first bytes name pypi.org); SendGrid Docs, "API keys"; DigitalOcean Docs,
     * "Personal access tokens"; Hugging Face Docs, "User access tokens"; Microsoft Learn, "Configure Azure Storage
     * connection strings". Private keys: RFC 7468, RFC 4880 section 6.2 and OpenSSH's PROTOCOL.key; an encrypted key is
     * not reported. Credentials in URLs: RFC 3986 section 3.2.1.
     */
    static final List<SecretRule> ALL = List.of(
            token("aws-access-key-id", "IA", "(?:AKIA|ASIA)[A-Z2-7]{16}", 4),
            token("github-token", "gh", "gh[pousr]_[A-Za-z0-9]{36,255}+", 4),
            token("github-fine-grained-token", "github_pat_", "github_pat_[A-Za-z0-9_]{82}", 11),
            token("gitlab-token", "glpat-", "glpat-[A-Za-z0-9_.-]{20,300}+", 6),
            token("slack-token", "xox", "xox[abeoprs]-[A-Za-z0-9-]{20,250}+", 5),
            token(
                    "slack-webhook",
                    "hooks.slack.com/",
                    "hooks\\.slack\\.com/services/(T[A-Z0-9]{5,20}+/B[A-Z0-9]{5,20}+/[A-Za-z0-9]{20,40}+)",
                    0),
            token("stripe-live-key", "_live_", "[sr]k_live_[A-Za-z0-9]{20,250}+", 8),
            token("google-api-key", "AIza", "AIza[A-Za-z0-9_-]{35}", 4),
            token("anthropic-api-key", "sk-ant-", "sk-ant-[a-z]{3,10}[0-9]{2}-[A-Za-z0-9_-]{40,250}+", 7),
            token("openai-api-key", "sk-", "sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,250}+", 3),
            token("npm-token", "npm_", "npm_[A-Za-z0-9]{36}", 4),
            token("pypi-token", "pypi-", "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}+", 5),
            token("sendgrid-api-key", "SG.", "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}", 3),
            token("digitalocean-token", "_v1_", "do[opr]_v1_[a-f0-9]{64}", 7),
            token("huggingface-token", "hf_", "hf_[A-Za-z0-9]{34}", 3),
            token("azure-storage-key", "AccountKey=", "AccountKey=([A-Za-z0-9+/]{86}==)", 0),
            new SecretRule(
                    "private-key",
                    "PRIVATE KEY",
                    Pattern.compile("-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|PGP) )?PRIVATE KEY(?: BLOCK)?-----"),
                    Integer.MAX_VALUE,
                    header -> true),
            new SecretRule(
                    "password-in-url",
                    "://",
                    Pattern.compile("://[A-Za-z0-9._%+-]{1,100}+:([^\\s:/@$<>{}*\"']{3,100}+)@[A-Za-z0-9\\[]"),
                    0,
                    password -> !Placeholders.isExample(password)));

    /** The pattern is not part of a longer word. */
    private static SecretRule token(String name, String hint, String pattern, int shown) {
        return new SecretRule(
                name,
                hint,
                Pattern.compile("(?<![A-Za-z0-9_-])" + pattern + "(?![A-Za-z0-9])"),
                shown,
                secret -> !Placeholders.isMasked(secret));
    }

    /** False when a look at the hint already tells that there is nothing. */
    boolean mayMatch(String line) {
        return line.contains(hint);
    }

    static int start(Matcher matcher) {
        return matcher.groupCount() > 0 ? matcher.start(1) : matcher.start();
    }

    static String secret(Matcher matcher) {
        return matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
    }

    /** What may be shown of a secret: what is the same for all of its kind. */
    String preview(String secret) {
        return shown >= secret.length() ? secret : secret.substring(0, shown) + "****";
    }
}
