package pond.server.runs;

import pond.server.auth.Principal;

/** Which kind of token a run was submitted with; a plain subprocess is for some of them only. */
public enum Submitter {
    SERVICE,
    PROJECT;

    static Submitter of(Principal principal) {
        return principal instanceof Principal.Service ? SERVICE : PROJECT;
    }
}
