import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Envelope, FollowedThread, Id, Item, Page, PrefsChange, Room, RoomPage, Settings } from "@/sdk";
import type { EngineEvents } from "@/sdk/engine";
import { tombstone } from "@/sdk/expiry";
import { whoLeft } from "@/sdk/membership";
import { namesMe } from "@/sdk/mentions";
import { asksForAttention } from "@/sdk/notifies";
import { itemOf } from "@/sdk/reducer";
import { byActivity, withPrefs, withRead } from "@/sdk/rooms";
import { keys } from "./queries";

type Rooms = InfiniteData<RoomPage>;
const REFRESH_MS = 700;
/** What may have changed while there was no connection. */
const MISSED = [
	"rooms",
	"requests",
	"room",
	"members",
	"message",
	"pins",
	"scheduled",
	"threads",
	"stars",
	"search",
	"corrections",
];

/**
 * Carries what the engine hears into the query cache. Lists are patched at once, for the eye, and read again shortly
 * after, for the truth: unread counts and order are the server's to say.
 */
export function bindLive(client: QueryClient, me: Id, onRefused: () => void): EngineEvents {
	const refresh = coalesce((key) => void client.invalidateQueries({ queryKey: [key] }));
	let greeted = false;
	return {
		onRefused,
		onHello: () => {
			if (greeted) for (const key of MISSED) refresh(key);
			greeted = true;
		},
		onStale: () => void client.invalidateQueries(),
		onEvent: (event) => {
			const known = patchEvent(client, event, me);
			refresh("rooms");
			if (event.body.target)
				void client.invalidateQueries({ queryKey: keys.message(event.room_id, event.body.target) });
			if (/^correction|^redaction|^edit/.test(event.kind)) refresh("corrections");
			if (/^pin$|^redaction|^edit/.test(event.kind))
				void client.invalidateQueries({ queryKey: keys.pins(event.room_id) });
			// Wherever its words are shown besides: a list that is read anew leaves it out.
			if (event.kind === "redaction") for (const key of ["stars", "search", "threads"]) refresh(key);
			if (event.kind === "edit") for (const key of ["stars", "threads"]) refresh(key);
			if (event.body.thread !== undefined) for (const key of ["threads", "room"]) refresh(key);
			if (!known) refresh("requests");
			// A first contact may write a few messages only: how many are left is the server's to say.
			if (client.getQueryData<Room>(keys.room(event.room_id))?.pending) refresh("room");
			if (whoLeft(event) === me) markGone(client, event.room_id);
			else if (event.kind === "membership" || event.kind === "room") {
				void client.invalidateQueries({ queryKey: keys.room(event.room_id) });
				void client.invalidateQueries({ queryKey: keys.members(event.room_id) });
				void client.invalidateQueries({ queryKey: keys.bans(event.room_id) });
				void client.invalidateQueries({ queryKey: keys.asking(event.room_id) });
				void client.invalidateQueries({ queryKey: keys.invites(event.room_id) });
			}
		},
		onUserEvent: ({ kind, subject, body }) => {
			// What one writes, stars or keeps, or who asks to come in, changes no list of rooms.
			if (
				kind !== "draft" &&
				kind !== "star" &&
				kind !== "scheduled" &&
				kind !== "asking" &&
				kind !== "contact_list"
			)
				refresh("rooms");
			if (kind === "read" && typeof body.read_seq === "number") patchRead(client, subject, body.read_seq);
			// The log tells all settings: an absent time means that the room is heard again.
			if (kind === "prefs")
				patchPrefs(client, subject, { muted_until: null, notify: null, ...(body as PrefsChange) });
			if (kind === "room") {
				for (const key of ["requests", "public-rooms"]) refresh(key);
				if (body.state === "left") markGone(client, subject);
				else void client.invalidateQueries({ queryKey: keys.room(subject) });
			}
			if (kind === "asking") void client.invalidateQueries({ queryKey: keys.asking(subject) });
			if (kind === "block") for (const key of ["blocks", "matches", "room", "contact-list"]) refresh(key);
			if (kind === "settings") for (const key of ["settings", "matches"]) refresh(key);
			if (kind === "contact_list") refresh("contact-list");
			if (kind === "thread") for (const key of ["threads", "room"]) refresh(key);
			if (kind === "star") refresh("stars");
			if (kind === "scheduled") refresh("scheduled");
			if (kind === "hide") for (const key of ["message", "stars", "search", "pins", "threads"]) refresh(key);
		},
	};
}

/** The reader saw the room up to `seq`: its count goes at once. */
export function patchRead(client: QueryClient, room: Id, seq: number): void {
	patchRoom(client, room, (r) => ({
		...withRead(r, seq),
		...(seq >= r.head_seq ? { unread: 0, unread_mentions: 0, marked_unread: false } : {}),
	}));
}

/** The reader saw a thread up to `seq`: it has nothing unread any more. */
export function patchThreadRead(client: QueryClient, room: Id, root: Id, seq: number): void {
	let read = false;
	client.setQueryData<InfiniteData<Page<FollowedThread>>>(keys.threads(room), (data) => {
		if (!data) return data;
		const change = (row: FollowedThread): FollowedThread => {
			if (row.root.id !== root || row.unread === 0 || seq < (row.root.thread?.last_seq ?? 0)) return row;
			read = true;
			return { ...row, read_seq: seq, unread: 0 };
		};
		return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })) };
	});
	if (read) patchRoom(client, room, (r) => ({ ...r, unread_threads: Math.max(0, r.unread_threads - 1) }));
}

/** One's own settings of a room, as they are changed or told. */
export function patchPrefs(client: QueryClient, room: Id, change: PrefsChange): void {
	patchRoom(client, room, (r) => withPrefs(r, change));
}

/** Answers whether the list knows the room. */
function patchEvent(client: QueryClient, event: Envelope, me: Id): boolean {
	// What is said in a thread is unread there, and changes nothing else of the list.
	const message = event.kind === "message" && event.body.thread === undefined;
	return patchRoom(client, event.room_id, (room) => {
		if (event.seq <= room.head_seq) return room;
		return {
			...room,
			head_seq: event.seq,
			last_item: shown(event) ? itemOf(event) : kept(room.last_item, event),
			unread: message && event.sender_id !== me ? room.unread + 1 : room.unread,
			unread_mentions: room.unread_mentions + (message && namesMe(event, me) ? 1 : 0),
			pending: message && event.sender_id === me ? oneFewer(room.pending) : room.pending,
			updated_at: message ? event.at : room.updated_at,
		};
	});
}

/** The newest item after an event that brings none: taken back, or as it was until the list is read again. */
const kept = (item: Room["last_item"], { kind, body }: Envelope): Room["last_item"] =>
	item && kind === "redaction" && item.id === body.target ? tombstone(item) : item;

/** A first contact may write a few messages until it is accepted. */
const oneFewer = (pending: Room["pending"]): Room["pending"] =>
	pending?.by_me ? { ...pending, messages_left: Math.max(0, pending.messages_left - 1) } : pending;

/** I am no member any more: asking for the room again would only be refused. `null` says that it is gone. */
export function markGone(client: QueryClient, room: Id): void {
	client.setQueryData<Room | null>(keys.room(room), null);
}

/** Changes a room wherever it is kept; answers whether the list knows it. */
function patchRoom(client: QueryClient, id: Id, change: (room: Room) => Room): boolean {
	let known = false;
	patchKept(client, keys.room(id), change);
	mapRooms(client, (room) => {
		if (room.id !== id) return room;
		known = true;
		return change(room);
	});
	return known;
}

/** What is changed here is no answer of the server: where it was to be read anew, it still is. */
function patchKept(client: QueryClient, queryKey: readonly string[], change: (room: Room) => Room): void {
	const outdated = client.getQueryState(queryKey)?.isInvalidated;
	client.setQueryData<Room>(queryKey, (room) => room && change(room));
	if (outdated) void client.invalidateQueries({ queryKey, exact: true, refetchType: "none" });
}

const FOLDED = [
	"edit",
	"redaction",
	"reaction",
	"correction",
	"correction_decision",
	"pin",
	"vote",
	"poll_closed",
];
const shown = (event: Envelope) => !FOLDED.includes(event.kind) && event.body.thread === undefined;

function mapRooms(client: QueryClient, change: (room: Room) => Room): void {
	for (const list of [keys.rooms, keys.archivedRooms]) mapList(client, list, change);
}

function mapList(client: QueryClient, list: readonly string[], change: (room: Room) => Room): void {
	client.setQueryData<Rooms>(list, (data) => {
		if (!data) return data;
		const before = data.pages.flatMap((p) => p.items);
		const rooms = before.map(change).sort(byActivity);
		const notify = client.getQueryData<Settings>(keys.settings)?.notify;
		const delta = badgeOf(rooms, notify) - badgeOf(before, notify);
		let start = 0;
		const pages = data.pages.map((page) => {
			const items = rooms.slice(start, start + page.items.length);
			start += page.items.length;
			return { ...page, items, badge: Math.max(0, page.badge + delta) };
		});
		return { ...data, pages };
	});
}

/** The rooms that ask for attention, among those that are known here. */
const badgeOf = (rooms: Room[], notify?: Settings["notify"]) =>
	rooms.filter((room) => asksForAttention(room, notify)).length;

/** Many asks within a moment become one. */
function coalesce(run: (key: string) => void): (key: string) => void {
	const waiting = new Set<string>();
	return (key) => {
		if (waiting.has(key)) return;
		waiting.add(key);
		setTimeout(() => {
			waiting.delete(key);
			run(key);
		}, REFRESH_MS);
	};
}

/** What the list says of a room's newest item, as the timeline would. */
export const previewOf = (item: Item | null | undefined): string =>
	item?.body.text?.replace(/\s+/g, " ").slice(0, 160) ?? "";
