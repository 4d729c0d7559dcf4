package pond.server.logs;

/** Who is told of what is stored of logs, on the writer's thread and after the commit; it must be quick. */
public interface AppendListener {
    /**
     * Lines were stored.
     *
     * @param bytes as they lie on the disk
     */
    void appended(long lines, long bytes);
}
