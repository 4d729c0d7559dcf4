package pond.worker.broker.meter;

/**
 * Finds the data of server-sent events in bytes that are cut anywhere. Lines end with LF, CR or both; comments and fields
 * other than {@code data} are skipped; a blank after the colon is not data; several data lines are joined by LF. Nothing is
 * collected: data goes to its reader as it comes, so an event may have any size. For one thread.
 */
final class SseParser {
    private static final byte[] FIELD = {'d', 'a', 't', 'a'};
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] LINE_FEED = {'\n'};

    private final Data data;
    private Where where = Where.MARK;
    /** Bytes of the field's name, or of the byte order mark, that have matched. */
    private int matched;

    private boolean afterReturn;
    private boolean hasData;
    private boolean eventEnded;

    private enum Where {
        MARK,
        NAME,
        BLANK,
        DATA,
        REST
    }

    /** Is given the data of an event in pieces. */
    interface Data {
        void piece(byte[] bytes, int from, int length);
    }

    SseParser(Data data) {
        this.data = data;
    }

    /** Reads up to the end of an event and no further; returns how many bytes that were. */
    int feed(byte[] bytes, int from, int length) {
        eventEnded = false;
        int end = from + length;
        int at = from;
        while (at < end && !eventEnded) {
            if (where == Where.DATA) {
                int lineEnd = lineEnd(bytes, at, end);
                if (lineEnd > at) {
                    data.piece(bytes, at, lineEnd - at);
                    at = lineEnd;
                    continue;
                }
            }
            accept(bytes[at++]);
        }
        return at - from;
    }

    /** Whether the last call of feed stopped because an event with data had ended. */
    boolean eventEnded() {
        return eventEnded;
    }

    /** Whether data of an event has come whose end has not. */
    boolean inEvent() {
        return hasData;
    }

    private void accept(byte c) {
        if (afterReturn) {
            afterReturn = false;
            if (c == '\n') {
                return;
            }
        }
        if (c == '\n' || c == '\r') {
            afterReturn = c == '\r';
            endLine();
            return;
        }
        switch (where) {
            case MARK -> mark(c);
            case NAME -> name(c);
            case BLANK -> {
                where = Where.DATA;
                if (c != ' ') {
                    data.piece(new byte[] {c}, 0, 1);
                }
            }
            case DATA -> data.piece(new byte[] {c}, 0, 1);
            case REST -> {}
        }
    }

    private void mark(byte c) {
        if (c == MARK[matched]) {
            matched++;
            if (matched == MARK.length) {
                startLine();
            }
        } else if (matched == 0) {
            startLine();
            name(c);
        } else {
            where = Where.REST;
        }
    }

    private void name(byte c) {
        if (matched < FIELD.length && c == FIELD[matched]) {
            matched++;
        } else if (matched == FIELD.length && c == ':') {
            beginData();
            where = Where.BLANK;
        } else {
            where = Where.REST;
        }
    }

    private void endLine() {
        if (where == Where.NAME && matched == FIELD.length) {
            beginData();
        } else if (matched == 0 && (where == Where.NAME || where == Where.MARK)) {
            eventEnded = hasData;
            hasData = false;
        }
        startLine();
    }

    private void beginData() {
        if (hasData) {
            data.piece(LINE_FEED, 0, 1);
        }
        hasData = true;
    }

    private void startLine() {
        where = Where.NAME;
        matched = 0;
    }

    private static int lineEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        return at;
    }
}
