import { endOf, itemAt, tombstone } from "./expiry";
import type { Envelope, Id, Item, Reaction, Tally, TimelinePage } from "./types";

/**
 * The pure reducer, twin of the one in `chatlink-protocol`. Its law, over one window:
 * `snapshot(s) + events(s..t) == snapshot(t)`. Both are held to the same vectors.
 */
export interface RoomState {
	items: Item[];
	as_of: number;
	/** Items of pages that were read later than `as_of`: up to which seq each of them is true. */
	fresh: Record<Id, number>;
	/** The window does not reach the head: new items are noted in `as_of` and not shown. */
	has_after: boolean;
	/** The message whose thread is shown; absent: the main timeline. */
	root?: Id;
}

export type Applied = { kind: "applied" | "known"; state: RoomState } | { kind: "hole"; state: RoomState };

/** Applies the event that follows `as_of`. One already known changes nothing; one too far ahead is told apart as a hole. */
export function apply(state: RoomState, event: Envelope, me: Id): Applied {
	if (event.seq <= state.as_of) return { kind: "known", state };
	if (event.seq > state.as_of + 1) return { kind: "hole", state };
	return { kind: "applied", state: { ...state, items: change(state, event, me), as_of: event.seq } };
}

export function fromPage(page: TimelinePage, root?: Id): RoomState {
	const state = { items: page.items, as_of: page.as_of, fresh: {}, has_after: page.has_after };
	return root === undefined ? state : { ...state, root };
}

/** Puts an older page before the window. One read before `as_of` cannot be brought up to date: `null`, read it again. */
export function prepend(state: RoomState, page: Item[], as_of: number): RoomState | null {
	if (as_of < state.as_of) return null;
	const first = state.items[0]?.seq ?? Number.POSITIVE_INFINITY;
	const older = page.filter((item) => item.seq < first);
	const fresh = as_of > state.as_of ? Object.fromEntries(older.map((item) => [item.id, as_of])) : {};
	return { ...state, items: [...older, ...state.items], fresh: { ...state.fresh, ...fresh } };
}

/**
 * Puts a newer page behind a window that does not reach the head. What lies beyond `as_of` is left to the events. One read
 * before `as_of` cannot be brought up to date: `null`, read it again.
 */
export function append(state: RoomState, page: TimelinePage): RoomState | null {
	if (page.as_of < state.as_of) return null;
	const last = state.items[state.items.length - 1]?.seq ?? 0;
	const newer = page.items.filter((item) => item.seq > last && item.seq <= state.as_of);
	const reached = page.items[page.items.length - 1]?.seq ?? 0;
	const fresh =
		page.as_of > state.as_of ? Object.fromEntries(newer.map((item) => [item.id, page.as_of])) : {};
	return {
		...state,
		items: [...state.items, ...newer],
		fresh: { ...state.fresh, ...fresh },
		has_after: page.has_after && reached < state.as_of,
	};
}

/** Turns messages whose time has come into tombstones. Answers the same state when nothing expired. */
export function expire(state: RoomState, now: number): RoomState {
	if (!state.items.some((item) => endOf(item) <= now)) return state;
	return { ...state, items: state.items.map((item) => itemAt(item, now)) };
}

/** The reader hid a message: it is a tombstone to him from now on. */
export function hide(state: RoomState, id: Id): RoomState {
	return own(state, id, hiddenFrom);
}

function hiddenFrom(item: Item): Item {
	if (item.redacted || item.kind !== "message") return item;
	const gone = tombstone(item);
	return { ...gone, body: { ...gone.body, hidden: true } };
}

/** The reader starred a message, or took the star off. */
export function star(state: RoomState, id: Id, starred: boolean): RoomState {
	return own(state, id, (i) => {
		const { starred: _, ...rest } = i;
		return starred && !i.redacted ? { ...rest, starred } : rest;
	});
}

/** Changes what is the reader's own of an item. */
function own(state: RoomState, id: Id, change: (item: Item) => Item): RoomState {
	if (!state.items.some((i) => i.id === id)) return state;
	return { ...state, items: state.items.map((i) => (i.id === id ? change(i) : i)) };
}

/** The soonest expiry in the window, in milliseconds since the epoch; `Infinity`: there is none. */
export const nextExpiry = (state: RoomState): number => Math.min(...state.items.map(endOf));

function change(state: RoomState, event: Envelope, me: Id): Item[] {
	switch (event.kind) {
		case "edit":
			return update(state, event, (item) => edited(item, event));
		case "redaction":
			return update(state, event, tombstone);
		case "reaction":
			return update(state, event, (item) => reacted(item, event, me));
		case "vote":
			return update(state, event, (item) => voted(item, event, me));
		case "poll_closed":
			return update(state, event, (item) =>
				item.tally ? { ...item, tally: { ...item.tally, closed: true } } : item,
			);
		case "pin":
			return update(state, event, (item) => pinned(item, event));
		case "correction":
			return update(state, event, (item) => corrected(item, event));
		case "correction_decision":
			return update(state, event, (item) => decided(item, event));
		default:
			return shown(state, event);
	}
}

/** A kind this client does not know still takes its place, and shows as unsupported. */
function shown(state: RoomState, event: Envelope): Item[] {
	const thread = event.kind === "message" ? event.body.thread : undefined;
	if (thread === state.root) return state.has_after ? state.items : [...state.items, itemOf(event)];
	// Of a thread the main timeline shows at its first message that it grew.
	return thread !== undefined && state.root === undefined
		? updateItem(state, thread, event.seq, (item) => grown(item, event))
		: state.items;
}

function grown(item: Item, { seq, at }: Envelope): Item {
	return { ...item, thread: { replies: (item.thread?.replies ?? 0) + 1, last_seq: seq, last_at: at } };
}

export function itemOf(event: Envelope): Item {
	const { room_id: _, ...rest } = event;
	const { poll } = event.body;
	const redacted = event.kind === "message" && event.body.text === undefined;
	const tally = poll ? { tally: { counts: poll.options.map(() => 0), voters: 0 } } : {};
	return { ...rest, version: 1, redacted, ...tally };
}

function update(state: RoomState, event: Envelope, f: (item: Item) => Item): Item[] {
	return updateItem(state, event.body.target, event.seq, f);
}

function updateItem(
	{ items, fresh }: RoomState,
	id: Id | undefined,
	seq: number,
	f: (item: Item) => Item,
): Item[] {
	const at = items.findIndex((i) => i.id === id);
	const found = items[at];
	if (!found || (fresh[found.id] ?? 0) >= seq) return items;
	return items.with(at, f(found));
}

function edited(item: Item, event: Envelope): Item {
	const { text, version = item.version + 1, hidden = false } = event.body;
	// A tombstone takes no words, but its version.
	if (item.redacted) return { ...item, version };
	if (hidden) return { ...hiddenFrom(item), version };
	// The text is gone from the log because the message is gone, too.
	if (text === undefined) return { ...tombstone(item), version };
	return { ...item, body: { ...item.body, text }, version, edited_at: event.at };
}

function reacted(item: Item, event: Envelope, me: Id): Item {
	if (item.redacted) return item;
	const { key, previous } = event.body;
	const { reactions: before = [], my_reaction: mine, ...rest } = item;
	let reactions = before;
	if (typeof previous === "string") reactions = count(reactions, previous, -1);
	if (key) reactions = count(reactions, key, 1);
	const my_reaction = event.sender_id === me ? key : mine;
	return { ...rest, ...(reactions.length ? { reactions } : {}), ...(my_reaction ? { my_reaction } : {}) };
}

function voted(item: Item, event: Envelope, me: Id): Item {
	// Of what is gone or hidden no tally is left.
	if (!item.tally) return item;
	const { choices = [], previous } = event.body;
	const tally = cast(cast(item.tally, Array.isArray(previous) ? previous : [], -1), choices, 1);
	if (event.sender_id !== me) return { ...item, tally };
	const { my_vote: _, ...rest } = item;
	return { ...rest, tally, ...(choices.length ? { my_vote: choices } : {}) };
}

/** Adds one person's vote to a tally, or takes it out. */
function cast(tally: Tally, choices: number[], by: 1 | -1): Tally {
	if (choices.length === 0) return tally;
	const moved = (count: number) => Math.max(0, count + by);
	const counts = tally.counts.map((count, place) => (choices.includes(place) ? moved(count) : count));
	return { ...tally, counts, voters: moved(tally.voters) };
}

function pinned(item: Item, { body }: Envelope): Item {
	const { pinned: _, ...rest } = item;
	return body.pinned && !item.redacted ? { ...rest, pinned: true } : rest;
}

function corrected(item: Item, { id, sender_id, at, body }: Envelope): Item {
	const { words, version = 1 } = body;
	// Without words it was withdrawn since, or its message is gone: what says so follows.
	if (item.redacted || !words) return item;
	const correction = { id, sender_id, at, version, state: "open", words };
	return { ...item, corrections: [...(item.corrections ?? []), correction] };
}

function decided(item: Item, { body }: Envelope): Item {
	const { corrections: before = [], ...rest } = item;
	const state = body.state ?? "";
	const corrections =
		state === "withdrawn"
			? before.filter(({ id }) => id !== body.correction)
			: before.map((it) => (it.id === body.correction ? { ...it, state } : it));
	return { ...rest, ...(corrections.length ? { corrections } : {}) };
}

/** Moves a count and keeps the list in its order: most frequent first, then by key. */
function count(reactions: Reaction[], key: string, by: 1 | -1): Reaction[] {
	const found = reactions.find((r) => r.key === key);
	const changed = found
		? reactions.map((r) => (r === found ? { key, count: r.count + by } : r))
		: by > 0
			? [...reactions, { key, count: 1 }]
			: reactions;
	return changed.filter((r) => r.count > 0).sort((a, b) => b.count - a.count || byCodePoint(a.key, b.key));
}

/** The order of UTF-8 bytes, as the server sorts; UTF-16 units would put emoji before some other signs. */
function byCodePoint(a: string, b: string): number {
	const [left, right] = [[...a], [...b]];
	for (let i = 0; i < Math.min(left.length, right.length); i++) {
		const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
		if (difference) return difference;
	}
	return left.length - right.length;
}
