package pond.worker.executors.builtin;

import org.jspecify.annotations.Nullable;

/**
 * Something that a manifest asks for.
 *
 * @param version as the manifest has it, a version or a constraint; null when it names none
 * @param scope what it is for, in the words of the ecosystem
 */
record Dependency(String name, @Nullable String version, String scope) {}
