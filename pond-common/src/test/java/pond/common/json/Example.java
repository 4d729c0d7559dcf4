package pond.common.json;

/** A value and the exact JSON that it has on the wire; line ends and indents of the text are left out. */
record Example(Object value, String json) {
    Example {
        json = json.replaceAll("\\n *", "");
    }

    @Override
    public String toString() {
        return value.getClass().getSimpleName();
    }
}
