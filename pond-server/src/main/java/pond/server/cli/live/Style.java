package pond.server.cli.live;

/** How a piece of a line looks, where there are colours. */
enum Style {
    PLAIN(""),
    GOOD("\u001b[32m"),
    BAD("\u001b[31m"),
    BUSY("\u001b[36m"),
    STOPPED("\u001b[33m"),
    QUIET("\u001b[2m");

    static final String END = "\u001b[0m";

    private final String begin;

    Style(String begin) {
        this.begin = begin;
    }

    String begin() {
        return begin;
    }
}
