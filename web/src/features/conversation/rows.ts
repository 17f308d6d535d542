import { dayKey } from "@/i18n/time";
import { type Id, type Item, type Outgoing, SYSTEM } from "@/sdk";

export type Row =
	| { kind: "day"; key: string; at: string }
	| { kind: "unread"; key: string }
	| { kind: "replies"; key: string; count: number }
	| { kind: "message"; key: string; item: Item; own: boolean; first: boolean; last: boolean }
	| { kind: "outgoing"; key: string; message: Outgoing; first: boolean }
	| { kind: "line"; key: string; item: Item };

const TOGETHER_MS = 5 * 60_000;

/**
 * What the timeline shows, top to bottom: the items with a line where a day or the unread begins, then what is not
 * acknowledged yet. `dividerSeq` is how far the reader was when the room was opened.
 */
export function rowsOf(
	items: Item[],
	outgoing: readonly Outgoing[],
	me: Id,
	dividerSeq: number | null,
): Row[] {
	const rows: Row[] = [];
	let divided = dividerSeq === null;
	items.forEach((item, i) => {
		const before = items[i - 1];
		if (!before || dayKey(before.at) !== dayKey(item.at))
			rows.push({ kind: "day", key: `day-${dayKey(item.at)}`, at: item.at });
		if (!divided && item.seq > (dividerSeq ?? 0) && item.sender_id !== me && item.kind === "message") {
			divided = true;
			rows.push({ kind: "unread", key: "unread" });
		}
		const head = rows[rows.length - 1];
		rows.push(rowOf(item, before, items[i + 1], me, head?.kind !== "message"));
	});
	const last = items[items.length - 1];
	const here = new Set(items.map((item) => item.client_id));
	const waiting = outgoing.filter((message) => !here.has(message.client_id));
	waiting.forEach((message, i) => {
		const follows = i > 0 || (last?.kind === "message" && last.sender_id === me);
		rows.push({ kind: "outgoing", key: message.client_id, message, first: !follows });
	});
	return rows;
}

function rowOf(item: Item, before: Item | undefined, after: Item | undefined, me: Id, cut: boolean): Row {
	const key = item.client_id ?? item.id;
	if (item.kind !== "message" || item.sender_id === SYSTEM) return { kind: "line", key, item };
	const first = cut || !together(before, item);
	return { kind: "message", key, item, own: item.sender_id === me, first, last: !together(item, after) };
}

/** Two messages read as one breath: the same person, within five minutes. */
function together(a: Item | undefined, b: Item | undefined): boolean {
	if (!a || !b || a.kind !== "message" || b.kind !== "message" || a.sender_id !== b.sender_id) return false;
	return Date.parse(b.at) - Date.parse(a.at) < TOGETHER_MS && dayKey(a.at) === dayKey(b.at);
}
