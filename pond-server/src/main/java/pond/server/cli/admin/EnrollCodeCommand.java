package pond.server.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pond.server.cli.ExitCode;
import pond.server.cli.client.AdminClient;
import pond.server.cli.context.ServerOptions;
import pond.server.cli.files.NewSecretFile;
import pond.server.cli.text.Terminal;

/** {@code enroll-code}. */
@Command(
        name = "enroll-code",
        description = "Make a code with which a machine becomes a worker; it is shown once and kept nowhere.",
        mixinStandardHelpOptions = true)
public final class EnrollCodeCommand implements Callable<Integer> {
    @Mixin
    ServerOptions options = new ServerOptions();

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description = "What workers with this code are, such as gpu or tenant:acme; may repeat.")
    List<String> tags = new ArrayList<>();

    @Option(names = "--pool", paramLabel = "NAME", description = "Gives them the tag pool:NAME (trusted).")
    @Nullable
    String pool;

    @Option(names = "--ttl", paramLabel = "SEC", description = "How long it is good (3600).")
    @Nullable
    Integer ttl;

    @Option(names = "--max-uses", paramLabel = "N", description = "How many machines may use it (1).")
    @Nullable
    Integer maxUses;

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256:…",
            description = "The one machine that may use it: what 'pond-worker identity' prints there.")
    @Nullable
    String fingerprint;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write it to a new file that only you can read, and do not print it.")
    @Nullable
    Path file;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (AdminClient client = options.admin()) {
            if (file == null) {
                JsonNode code = client.create("pool/enrollment-codes", body());
                options.print(code, out -> {
                    out.println(Terminal.clean(code.path("code").asText()));
                    tell(code);
                });
                return ExitCode.OK;
            }
            // The file comes first: a code that cannot be kept is not made.
            try (NewSecretFile out = NewSecretFile.create(file)) {
                JsonNode code = client.create("pool/enrollment-codes", body());
                out.write(code.path("code").asText());
                ObjectNode shown = ((ObjectNode) code).without("code");
                options.print(shown, result -> {
                    result.println(file);
                    tell(code);
                });
                return ExitCode.OK;
            }
        }
    }

    private ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (!tags.isEmpty()) {
            tags.forEach(body.putArray("tags")::add);
        }
        if (pool != null) {
            body.put("pool", pool);
        }
        if (ttl != null) {
            body.put("ttl_sec", ttl);
        }
        if (maxUses != null) {
            body.put("max_uses", maxUses);
        }
        if (fingerprint != null) {
            body.put("fingerprint", fingerprint);
        }
        return body;
    }

    private void tell(JsonNode code) {
        options.line()
                .getErr()
                .println("This is the only time that the code is given. It is good until "
                        + Terminal.clean(code.path("expiresAt").asText()) + ", for "
                        + code.path("maxUses").asInt() + " machine(s). Its id is "
                        + Terminal.clean(code.path("id").asText()) + ".");
    }
}
