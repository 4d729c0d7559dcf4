package pond.server.runs;

/** Which kind of token a run was submitted with; a plain subprocess is for some of them only. */
public enum Submitter {
    SERVICE,
    PROJECT
}
