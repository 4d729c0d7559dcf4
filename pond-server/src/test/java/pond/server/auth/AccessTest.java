package pond.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import pond.common.ids.ProjectId;
import pond.common.ids.RunId;
import pond.server.errors.ErrorCode;
import pond.server.errors.PondException;

class AccessTest {
    private static final ProjectId MINE = new ProjectId("mine");
    private static final ProjectId OTHERS = new ProjectId("others");
    private static final RunId MY_RUN = new RunId(new UUID(1, 1));
    private static final RunId OTHERS_RUN = new RunId(new UUID(2, 2));
    private static final RunId NO_RUN = new RunId(new UUID(3, 3));
    private static final Principal SERVICE = new Principal.Service();
    private static final Principal KEY = new Principal.Project(MINE, new UUID(0, 1));

    private final Access access = new Access(
            run -> Optional.ofNullable(Map.of(MY_RUN, MINE, OTHERS_RUN, OTHERS).get(run)));

    @Test
    void theServiceSeesEveryRunAndAKeyItsOwn() {
        assertThat(access.projectOf(SERVICE, OTHERS_RUN)).isEqualTo(OTHERS);
        assertThat(access.projectOf(KEY, MY_RUN)).isEqualTo(MINE);
    }

    @Test
    void anotherProjectsRunLooksExactlyLikeNone() {
        PondException others = refusal(KEY, OTHERS_RUN);
        PondException none = refusal(KEY, NO_RUN);

        assertThat(others.code()).isEqualTo(ErrorCode.NOT_FOUND).isEqualTo(none.code());
        assertThat(others).hasMessage(none.getMessage());
        assertThat(others.problems()).isEqualTo(none.problems());
        assertThat(refusal(SERVICE, NO_RUN)).hasMessage(none.getMessage());
    }

    @Test
    void aKeyKnowsItsProjectAndMayNotNameAnother() {
        assertThat(Access.project(KEY, Optional.empty())).contains(MINE);
        assertThat(Access.project(KEY, Optional.of(MINE))).contains(MINE);
        assertThat(Access.project(SERVICE, Optional.empty())).isEmpty();
        assertThat(Access.project(SERVICE, Optional.of(OTHERS))).contains(OTHERS);

        PondException refusal =
                catchThrowableOfType(PondException.class, () -> Access.project(KEY, Optional.of(OTHERS)));
        assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal).hasMessage(Authenticator.forbidden().getMessage());
    }

    private PondException refusal(Principal principal, RunId run) {
        return catchThrowableOfType(PondException.class, () -> access.projectOf(principal, run));
    }
}
