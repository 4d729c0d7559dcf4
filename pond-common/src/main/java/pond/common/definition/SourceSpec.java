package pond.common.definition;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where files of a run come from. {@code toString} leaves out what may be a secret.
 *
 * @param label unique among a run's sources; the folder that this one lands in when there are several
 */
public record SourceSpec(String label, Config config) {

    /** The settings of one kind of source. Their JSON, with its {@code kind}, is for pond's own storage. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = GitHttps.class, name = "git_https"),
        @JsonSubTypes.Type(value = Tarball.class, name = "tarball"),
        @JsonSubTypes.Type(value = Folder.class, name = "folder"),
        @JsonSubTypes.Type(value = Inline.class, name = "inline")
    })
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public sealed interface Config {
        @JsonIgnore
        String kind();
    }

    /**
     * A git repository over https.
     *
     * @param ref a branch, a tag or a full commit id; null is the remote's HEAD
     * @param token sent as the password of a basic login; excludes username and password
     * @param depth how many commits of history the checkout has; 0 is all
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record GitHttps(
            String url,
            @Nullable String ref,
            @Nullable String token,
            @Nullable String username,
            @Nullable String password,
            boolean submodules,
            int depth)
            implements Config {
        @Override
        public String kind() {
            return "git_https";
        }

        @Override
        public String toString() {
            return "GitHttps[url=" + withoutQuery(url) + ", ref=" + ref + ", depth=" + depth + "]";
        }
    }

    /**
     * A tar archive, plain or compressed.
     *
     * @param sha256 what the archive's bytes must hash to, 64 hex digits
     * @param stripComponents how many leading parts of each entry's path are dropped
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tarball(
            String url, @JsonProperty("sha256") @Nullable String sha256, int stripComponents) implements Config {
        @Override
        public String kind() {
            return "tarball";
        }

        @Override
        public String toString() {
            return "Tarball[url=" + withoutQuery(url) + ", sha256=" + sha256 + "]";
        }
    }

    /** A signed URL has its secret in the query. */
    private static String withoutQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query) + "?...";
    }

    /** A folder below the server's local source root; a relative path starts there. */
    public record Folder(String path) implements Config {
        @Override
        public String kind() {
            return "folder";
        }
    }

    /** Files given in the body: path in the checkout to text. */
    public record Inline(Map<String, String> files) implements Config {
        public Inline {
            files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        }

        @Override
        public String kind() {
            return "inline";
        }

        @Override
        public String toString() {
            return "Inline[" + files.size() + " files]";
        }
    }
}
