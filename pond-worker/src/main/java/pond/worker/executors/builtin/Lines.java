package pond.worker.executors.builtin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads lines in bounded memory: of a line longer than {@link #MAX_BYTES} only the beginning is seen. Lines end with LF
 * or CR LF; bytes that are not UTF-8 become U+FFFD.
 */
final class Lines {
    /** Longest part of a line that is looked at; longer lines are made by programs, not people. */
    static final int MAX_BYTES = 32 * 1024;

    private Lines() {}

    /** Takes a line and its number, from 1 on. */
    interface Taker {
        void line(long number, String text) throws IOException;
    }

    /** Reads the stream to its end. */
    static void read(InputStream in, Taker taker) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        byte[] line = new byte[MAX_BYTES];
        int length = 0;
        boolean started = false;
        long number = 1;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            for (int i = 0; i < count; i++) {
                started = true;
                if (buffer[i] == '\n') {
                    taker.line(number++, text(line, length));
                    length = 0;
                    started = false;
                } else if (length < MAX_BYTES) {
                    line[length++] = buffer[i];
                }
            }
        }
        if (started) {
            taker.line(number, text(line, length));
        }
    }

    /** The beginning of a text, at most so many characters, without half a surrogate pair at its end. */
    static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }

    private static String text(byte[] line, int length) {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, StandardCharsets.UTF_8);
    }
}
