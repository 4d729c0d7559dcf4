package pond.worker.executors.builtin;

import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files, lines, blank lines and bytes per language, the language with the most lines first: {@code type} "language",
 * {@code language}, {@code files}, {@code lines}, {@code blank}, {@code bytes}; at the end a record of {@code type}
 * "total" with the same sums and the number of {@code binary} files, which count nowhere else. Text of no known language
 * is "Other".
 */
final class LanguageStats implements Operation {
    private final Map<String, Sum> sums = new TreeMap<>();
    private final byte[] buffer = new byte[64 * 1024];
    private long binary;

    @Override
    public void file(SourceFile file, Records records) throws IOException {
        if (file.binary()) {
            binary++;
            return;
        }
        String language = Language.of(file).map(Language::name).orElse("Other");
        Sum sum = sums.computeIfAbsent(language, name -> new Sum());
        sum.files++;
        count(file.bytes(), sum);
    }

    private void count(InputStream in, Sum sum) throws IOException {
        boolean started = false;
        boolean blank = true;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            sum.bytes += count;
            for (int i = 0; i < count; i++) {
                byte one = buffer[i];
                started = one != '\n';
                if (!started) {
                    sum.endLine(blank);
                    blank = true;
                } else if (one != ' ' && one != '\t' && one != '\r' && one != '\f') {
                    blank = false;
                }
            }
        }
        if (started) {
            sum.endLine(blank);
        }
    }

    @Override
    public String finish(Records records) throws IOException {
        Sum total = new Sum();
        var byLines = Map.Entry.<String, Sum>comparingByValue(Comparator.comparingLong((Sum sum) -> -sum.lines));
        for (Map.Entry<String, Sum> entry :
                sums.entrySet().stream().sorted(byLines).toList()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("type", "language");
            fields.put("language", entry.getKey());
            entry.getValue().putInto(fields);
            records.write(fields);
            total.add(entry.getValue());
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "total");
        total.putInto(fields);
        fields.put("binary", binary);
        records.write(fields);
        return total.lines + " lines in " + total.files + " files of " + sums.size() + " languages";
    }

    private static final class Sum {
        long files;
        long lines;
        long blank;
        long bytes;

        void endLine(boolean isBlank) {
            lines++;
            blank += isBlank ? 1 : 0;
        }

        void add(Sum other) {
            files += other.files;
            lines += other.lines;
            blank += other.blank;
            bytes += other.bytes;
        }

        void putInto(Map<String, Object> fields) {
            fields.put("files", files);
            fields.put("lines", lines);
            fields.put("blank", blank);
            fields.put("bytes", bytes);
        }
    }
}
