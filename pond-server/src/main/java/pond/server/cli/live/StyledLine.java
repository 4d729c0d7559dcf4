package pond.server.cli.live;

import java.util.ArrayList;
import java.util.List;

/** One line of the screen. Whatever text it is given, it has no order to the terminal but those of its styles. */
record StyledLine(List<Piece> pieces) {
    static final StyledLine EMPTY = new StyledLine(List.of());

    private record Piece(String text, Style style) {}

    StyledLine {
        pieces = List.copyOf(pieces);
    }

    StyledLine with(String text, Style style) {
        List<Piece> more = new ArrayList<>(pieces);
        more.add(new Piece(DisplayText.harmless(text), style));
        return new StyledLine(more);
    }

    StyledLine with(String text) {
        return with(text, Style.PLAIN);
    }

    /** The line in so many columns at most. */
    StyledLine cut(int columns) {
        List<Piece> kept = new ArrayList<>();
        int left = columns;
        for (Piece piece : pieces) {
            String text = DisplayText.cut(piece.text(), left);
            kept.add(new Piece(text, piece.style()));
            left -= DisplayText.width(text);
            if (!text.equals(piece.text())) {
                break;
            }
        }
        return new StyledLine(kept);
    }

    /** As the terminal gets it. */
    String text(boolean coloured) {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            boolean styled = coloured && piece.style() != Style.PLAIN;
            text.append(styled ? piece.style().begin() + piece.text() + Style.END : piece.text());
        }
        return text.toString();
    }

    /** Without colours. */
    @Override
    public String toString() {
        return text(false);
    }
}
