package pond.server.cli.live;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The terminal that stdout of this process leads to. */
public final class TerminalDevice {
    private static final Path STDOUT = Path.of("/proc/self/fd/1");
    private static final Pattern DEVICE = Pattern.compile("/dev/(pts/[0-9]+|tty[A-Za-z0-9]*|console)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,5}) ([0-9]{1,5})\\s*");
    private static final int DEADLINE_SECONDS = 2;
    private static final Size USUAL = new Size(80, 24);
    /** Larger ones are mistakes, and would only cost. */
    private static final int MOST = 500;

    private final Path device;
    private final Map<String, String> env;

    /** In columns and rows. */
    record Size(int width, int height) {}

    private TerminalDevice(Path device, Map<String, String> env) {
        this.device = device;
        this.env = Map.copyOf(env);
    }

    /** Finds it; there is none when stdout goes to a file or a pipe, or when TERM says that it can do nothing. */
    public static Optional<TerminalDevice> find(Map<String, String> env) {
        String term = env.getOrDefault("TERM", "");
        if (term.isEmpty() || term.equals("dumb")) {
            return Optional.empty();
        }
        try {
            Path device = Files.readSymbolicLink(STDOUT);
            return DEVICE.matcher(device.toString()).matches()
                    ? Optional.of(new TerminalDevice(device, env))
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            // No Linux, or no /proc.
            return Optional.empty();
        }
    }

    /** Whether the user wants colours; NO_COLOR is the usual way to say no. */
    boolean isColoured() {
        return env.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** What COLUMNS and LINES say, else what the terminal itself says, else the usual size. Takes some milliseconds. */
    Size size() throws InterruptedException {
        Optional<Integer> columns = number("COLUMNS");
        Optional<Integer> lines = number("LINES");
        Size real = columns.isPresent() && lines.isPresent() ? USUAL : ask().orElse(USUAL);
        return new Size(columns.orElse(real.width()), lines.orElse(real.height()));
    }

    private Optional<Integer> number(String variable) {
        String text = env.getOrDefault(variable, "");
        return text.matches("[0-9]{1,5}") ? sensible(Integer.parseInt(text)) : Optional.empty();
    }

    private static Optional<Integer> sensible(int number) {
        return number == 0 ? Optional.empty() : Optional.of(Math.min(MOST, number));
    }

    private Optional<Size> ask() throws InterruptedException {
        ProcessBuilder stty = new ProcessBuilder("stty", "size")
                .redirectInput(device.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        // The token is in our environment.
        stty.environment().keySet().retainAll(Set.of("PATH"));
        try {
            Process process = stty.start();
            try {
                if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                    return Optional.empty();
                }
                return parse(new String(process.getInputStream().readNBytes(64), StandardCharsets.US_ASCII));
            } finally {
                process.destroyForcibly();
                process.getInputStream().close();
            }
        } catch (IOException e) {
            // There is no stty, or the device is not to be opened, as in some containers.
            return Optional.empty();
        }
    }

    /** Rows and columns, as stty prints them; a terminal that does not know says 0. */
    static Optional<Size> parse(String printed) {
        Matcher matcher = SIZE.matcher(printed);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Optional<Integer> height = sensible(Integer.parseInt(matcher.group(1)));
        Optional<Integer> width = sensible(Integer.parseInt(matcher.group(2)));
        return width.flatMap(columns -> height.map(rows -> new Size(columns, rows)));
    }
}
