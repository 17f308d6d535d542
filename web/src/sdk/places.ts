import type { Id } from "./types";

/** What a window shows: a room's main timeline, or the thread of one of its messages. */
export type Place = string;

export const placeOf = (room: Id, thread?: Id): Place => (thread === undefined ? room : `${room}/${thread}`);
export const roomOf = (place: Place): Id => place.split("/", 1)[0] ?? place;
export const threadOf = (place: Place): Id | undefined => place.split("/")[1];
