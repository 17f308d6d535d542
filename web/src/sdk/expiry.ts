import type { Item } from "./types";

/** A timer is set no further ahead: one that a sleeping machine held up is late by that at most. */
const STEP_MS = 60_000;

/** When a message is gone, in milliseconds since the epoch; `Infinity`: it stays, or is gone for everybody already. */
export function endOf({ kind, redacted, body }: Item): number {
	// What its reader hid still ends, as what it is for everybody.
	const stays = kind !== "message" || (redacted && !body.hidden) || body.expires_at == null;
	return stays ? Number.POSITIVE_INFINITY : Date.parse(body.expires_at ?? "");
}

/** The item as it is then: a message whose time has come is a tombstone, whatever was read of it before. */
export function itemAt(item: Item, now: number): Item {
	if (endOf(item) > now) return item;
	const known = tombstones.get(item);
	if (known) return known;
	const gone = tombstone(item);
	tombstones.set(item, gone);
	return gone;
}

/** So that asking again answers the same one. */
const tombstones = new WeakMap<Item, Item>();

/** What stays of a message: of what it said nothing but its end and its place. */
export function tombstone(item: Item): Item {
	if (item.kind !== "message") return item;
	const {
		my_reaction: _,
		reactions: __,
		edited_at: ___,
		corrections: ____,
		starred: _____,
		...others
	} = item;
	const { pinned: ______, tally: _______, my_vote: ________, ...rest } = others;
	const { expires_at, thread } = item.body;
	const body = { ...(expires_at == null ? {} : { expires_at }), ...(thread === undefined ? {} : { thread }) };
	return { ...rest, body, redacted: true };
}

/** Runs something once when a time has come, which `Infinity` never does, and answers how to give that up. */
export function whenPast(time: number, run: () => void): () => void {
	if (time === Number.POSITIVE_INFINITY) return () => {};
	let timer: ReturnType<typeof setTimeout>;
	const wait = () => {
		const left = Math.max(time - Date.now(), 0);
		timer = setTimeout(() => (Date.now() >= time ? run() : wait()), Math.min(left, STEP_MS));
	};
	wait();
	return () => clearTimeout(timer);
}
