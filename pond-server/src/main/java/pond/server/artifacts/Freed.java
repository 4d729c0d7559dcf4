package pond.server.artifacts;

/** Files that were deleted, and the bytes that they had. */
public record Freed(int files, long bytes) {
    public static final Freed NOTHING = new Freed(0, 0);

    public Freed plus(Freed more) {
        return new Freed(files + more.files, bytes + more.bytes);
    }
}
