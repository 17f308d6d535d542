import { isMuted } from "./rooms";
import type { Alerts, Room } from "./types";

/** What a room's own settings say of being told; the rest of a room is not asked about. */
type Heard = Pick<Room, "kind" | "archived" | "muted_until" | "notify">;

/**
 * Whether one is told of a message in this room now. `mentioned`: it names one, or all. The twin of the server's rule;
 * both are held to `vectors/notifies.json`.
 */
export function notifies(alerts: Alerts, room: Heard, mentioned: boolean, now = Date.now()): boolean {
	const choice = room.notify ?? alerts.notify;
	const told = choice === "all" || (choice === "mentions" && (mentioned || room.kind === "direct"));
	return told && !room.archived && !isMuted(room, now) && !isQuiet(alerts, now);
}

/** Whether the room counts in the badge. Quiet hours change no count. `notify`: what holds where a room says nothing. */
export function asksForAttention(
	room: Heard & Pick<Room, "unread" | "unread_mentions" | "marked_unread">,
	notify: Alerts["notify"] = "all",
	now = Date.now(),
): boolean {
	const choice = room.notify ?? notify;
	const count = choice === "mentions" && room.kind === "group" ? room.unread_mentions : room.unread;
	return choice !== "none" && (room.marked_unread || count > 0) && !room.archived && !isMuted(room, now);
}

/** Whether it is one of the quiet hours: the clock on the wall of their zone decides. */
export function isQuiet({ quiet_hours }: Alerts, now = Date.now()): boolean {
	if (!quiet_hours) return false;
	const clock = clockOf(quiet_hours.time_zone, now);
	if (clock === null) return false;
	const { from, to } = quiet_hours;
	return from < to ? from <= clock && clock < to : from <= clock || clock < to;
}

/** `HH:MM` there; nothing where the browser does not know the zone. */
function clockOf(timeZone: string, now: number): string | null {
	try {
		const form = new Intl.DateTimeFormat("en-GB", {
			hour: "2-digit",
			minute: "2-digit",
			hourCycle: "h23",
			timeZone,
		});
		return form.format(now);
	} catch {
		return null;
	}
}
