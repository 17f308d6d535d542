import type { PrefsChange, Room } from "./types";

/** Until when a room is muted that is muted for good: far away, and still a time that every reader can parse. */
export const FOREVER = "9999-01-01T00:00:00Z";

/** Muting ends by itself: a time that has passed mutes nothing. */
export const isMuted = (room: Pick<Room, "muted_until">, now = Date.now()): boolean =>
	room.muted_until != null && Date.parse(room.muted_until) > now;

export const hasUnread = (room: Room): boolean => room.unread > 0 || room.marked_unread;

/** The room as one who has read up to `seq` sees it: an answer of the server may be older than that. */
export const withRead = (room: Room, seq: number): Room =>
	seq <= room.read_seq ? room : { ...room, read_seq: seq, unread: seq >= room.head_seq ? 0 : room.unread };

/** The room after a change of one's own settings of it: absent members stay as they are. */
export function withPrefs(room: Room, change: PrefsChange): Room {
	const { archived, pinned, marked_unread, muted_until, notify } = change;
	return {
		...room,
		archived: archived ?? room.archived,
		pinned: pinned ?? room.pinned,
		marked_unread: marked_unread ?? room.marked_unread,
		muted_until: muted_until === undefined ? room.muted_until : muted_until,
		notify: notify === undefined ? room.notify : (notify as Room["notify"]),
	};
}

/** Pinned rooms first, then those where something was said last. */
export const byActivity = (a: Room, b: Room): number =>
	Number(b.pinned) - Number(a.pinned) || Date.parse(b.updated_at) - Date.parse(a.updated_at);
