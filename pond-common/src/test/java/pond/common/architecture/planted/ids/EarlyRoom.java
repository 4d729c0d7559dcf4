package pond.common.architecture.planted.ids;

import pond.common.architecture.planted.definition.LateRoom;

/** Breaks a fence on purpose. */
public record EarlyRoom(LateRoom later) {}
