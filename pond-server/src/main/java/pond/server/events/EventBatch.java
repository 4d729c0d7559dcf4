package pond.server.events;

import java.nio.ByteBuffer;

/**
 * Some events after a place in a run, as they are sent. Shared by all who stand there, so the bytes are read-only.
 *
 * @param next the place after them
 * @param live whether there was nothing more when they were read
 * @param last whether the last of them is {@code end}
 */
record EventBatch(ByteBuffer bytes, Cursor next, boolean live, boolean last) {}
