package pond.common.architecture.planted;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Breaks a fence on purpose. */
public record UsesALibrary(ThrowingCallable call) {}
