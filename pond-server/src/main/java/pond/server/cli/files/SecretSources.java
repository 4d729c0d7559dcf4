package pond.server.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import pond.server.cli.text.Terminal;

/**
 * Where a command takes secrets from. A name may come once; line ends at the end of a file are an editor's, not the
 * secret's. What is wrong with one is a {@link ParameterException}.
 */
public final class SecretSources {
    private final CommandLine line;
    private final Map<String, String> variables;

    /** @param line of the command, which complaints are about */
    public SecretSources(CommandLine line, Map<String, String> variables) {
        this.line = line;
        this.variables = variables;
    }

    /** {@code NAME} takes the variable of that name, {@code NAME=VARIABLE} another. */
    public void fromVariables(List<String> given, Map<String, String> secrets) {
        for (String text : given) {
            int sign = text.indexOf('=');
            String name = sign < 0 ? text : text.substring(0, sign);
            String variable = sign < 0 ? text : text.substring(sign + 1);
            String value = variables.get(variable);
            if (value == null || value.isEmpty()) {
                throw new ParameterException(
                        line, "the variable of --secret-env " + Terminal.clean(name) + " is not set");
            }
            add(name, value, secrets);
        }
    }

    /** Takes each name's secret from its file. */
    public void fromFiles(Map<String, Path> given, Map<String, String> secrets) throws IOException {
        for (Map.Entry<String, Path> file : given.entrySet()) {
            try (InputStream in = Files.newInputStream(file.getValue())) {
                fromStream(file.getKey(), in, secrets);
            }
        }
    }

    /** Takes one secret from what is left of a stream. */
    public void fromStream(String name, InputStream in, Map<String, String> secrets) throws IOException {
        byte[] bytes = in.readNBytes(SecretFile.MAX_BYTES + 1);
        if (bytes.length > SecretFile.MAX_BYTES) {
            throw new ParameterException(line, "secret " + Terminal.clean(name) + " is longer than any key");
        }
        add(name, SecretFile.text(bytes), secrets);
    }

    private void add(String name, String value, Map<String, String> secrets) {
        if (secrets.putIfAbsent(name, value) != null) {
            throw new ParameterException(line, "secret " + Terminal.clean(name) + " is given twice");
        }
    }
}
