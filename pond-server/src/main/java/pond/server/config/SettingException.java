package pond.server.config;

/** A setting cannot be used; the message is one line for the operator that names the variable and what it takes. */
public final class SettingException extends RuntimeException {
    public SettingException(String message) {
        super(message);
    }
}
