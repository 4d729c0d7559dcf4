package pond.common.architecture.planted.definition;

import pond.common.architecture.planted.ids.EarlyRoom;

/** With {@link EarlyRoom} it makes a circle. */
public record LateRoom(EarlyRoom earlier) {}
