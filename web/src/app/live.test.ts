import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import type { Room } from "@/sdk";
import { envelope, item, ME, room } from "@/test/fixtures";
import { bindLive, patchRead, patchThreadRead } from "./live";
import { keys } from "./queries";

let client: QueryClient;
const live = () => bindLive(client, ME, () => {});
const rooms = () =>
	client.getQueryData<{ pages: { items: Room[]; badge: number }[] }>(keys.rooms)?.pages ?? [];
const older = { updated_at: "2026-11-01T10:00:00.000000Z" };

beforeEach(() => {
	vi.useFakeTimers();
	client = new QueryClient();
	client.setQueryData(keys.rooms, {
		pageParams: [undefined, "2"],
		pages: [
			{ items: [room({ id: "new" })], badge: 0, next_cursor: "2" },
			{ items: [room({ id: "room", ...older })], badge: 0 },
		],
	});
});

it("lifts a room with a new message to the top, counts it, and raises the badge", () => {
	live().onEvent(envelope(1));
	expect(rooms().map((p) => p.items.map((r) => r.id))).toEqual([["room"], ["new"]]);
	expect(rooms()[0]?.items[0]).toMatchObject({
		unread: 1,
		head_seq: 1,
		last_item: { body: { text: "text 1" } },
	});
	expect(rooms()[0]?.badge).toBe(1);
	live().onEvent(envelope(1));
	expect(rooms()[0]?.items[0]?.unread).toBe(1);
	patchRead(client, "room", 1);
	expect(rooms()[0]).toMatchObject({ badge: 0, items: [{ unread: 0, read_seq: 1 }] });
});

it("does not count one's own message, nor what changes one", () => {
	live().onEvent(envelope(1, { sender_id: ME }));
	live().onEvent(envelope(2, { kind: "reaction", body: { target: "e1", key: "x", previous: null } }));
	expect(rooms()[0]?.items[0]).toMatchObject({ unread: 0, head_seq: 2, last_item: { seq: 1 } });
});

it("reads the list again shortly after, once for many events", () => {
	const invalidate = vi.spyOn(client, "invalidateQueries");
	const l = live();
	for (let seq = 1; seq <= 50; seq++) l.onEvent(envelope(seq));
	vi.advanceTimersByTime(1000);
	expect(invalidate.mock.calls).toEqual([[{ queryKey: ["rooms"] }]]);
});

it("marks a room gone that I left or was removed from", () => {
	client.setQueryData(keys.room("room"), room());
	live().onEvent(envelope(1, { kind: "membership", body: { user_id: ME, change: "removed" } }));
	expect(client.getQueryData(keys.room("room"))).toBeNull();
});

it("follows one's own settings of a room from other devices, badge included", () => {
	live().onEvent(envelope(1));
	expect(rooms()[0]?.badge).toBe(1);
	const tell = (body: object) =>
		live().onUserEvent({
			type: "user_event",
			user_seq: 1,
			kind: "prefs",
			subject: "room",
			body: { ...body },
		});
	tell({ archived: false, pinned: false, marked_unread: false, muted_until: "9999-01-01T00:00:00Z" });
	expect(rooms()[0]?.badge).toBe(0);
	tell({ archived: false, pinned: true, marked_unread: false });
	expect(rooms()[0]).toMatchObject({ badge: 1, items: [{ id: "room", pinned: true, muted_until: null }] });
});

it("counts down what a first contact may still write, and nothing for the other one", () => {
	client.setQueryData(keys.room("room"), room({ pending: { by_me: true, messages_left: 3 } }));
	live().onEvent(envelope(1, { sender_id: ME }));
	expect(client.getQueryData<Room>(keys.room("room"))?.pending?.messages_left).toBe(2);
	live().onEvent(envelope(2));
	expect(client.getQueryData<Room>(keys.room("room"))?.pending?.messages_left).toBe(2);
});

it("takes a thread's mark off when it was read to its end, once", () => {
	const thread = { replies: 1, last_seq: 5, last_at: older.updated_at };
	client.setQueryData(keys.rooms, {
		pageParams: [undefined],
		pages: [{ items: [room({ unread_threads: 2 })], badge: 0 }],
	});
	client.setQueryData(keys.threads("room"), {
		pageParams: [undefined],
		pages: [{ items: [{ root: item(1, { thread }), read_seq: 2, unread: 1 }] }],
	});
	const left = () => rooms()[0]?.items[0]?.unread_threads;
	patchThreadRead(client, "room", "e1", 4);
	expect(left()).toBe(2);
	patchThreadRead(client, "room", "e1", 5);
	patchThreadRead(client, "room", "e1", 5);
	expect(left()).toBe(1);
});

it("counts what is said in a thread nowhere in the list", () => {
	live().onEvent(envelope(1, { body: { text: "beneath", thread: "e0" } }));
	expect(
		rooms()
			.flatMap((p) => p.items)
			.find((r) => r.id === "room"),
	).toMatchObject({ unread: 0, head_seq: 1 });
});

it("takes nothing that was to be read anew for the server's answer", async () => {
	client.setQueryData(keys.room("room"), room());
	await client.invalidateQueries({ queryKey: ["room"] });
	patchRead(client, "room", 1);
	expect(client.getQueryState(keys.room("room"))?.isInvalidated).toBe(true);
	expect(client.getQueryData<Room>(keys.room("room"))?.read_seq).toBe(1);
});

it("shows no word of what was taken back, and reads every list anew that may show it", async () => {
	const l = live();
	l.onEvent(envelope(1));
	const lists = [keys.stars, [...keys.search, {}, "text"], keys.threads("room")];
	for (const key of lists) client.setQueryData(key, { pages: [], pageParams: [] });
	const outdated = () => lists.map((key) => client.getQueryState(key)?.isInvalidated);
	l.onEvent(envelope(2, { kind: "reaction", body: { target: "e1", key: "x", previous: null } }));
	vi.advanceTimersByTime(1000);
	expect(outdated()).toEqual([false, false, false]);
	l.onEvent(envelope(3, { kind: "redaction", body: { target: "e1" } }));
	expect(rooms()[0]?.items[0]?.last_item).toMatchObject({ id: "e1", redacted: true, body: {} });
	vi.advanceTimersByTime(1000);
	expect(outdated()).toEqual([true, true, true]);
});

it("reads after an outage what may have been taken back meanwhile", () => {
	const l = live();
	const hello = { type: "hello", epoch: "e", user_id: ME, user_seq: 0, limits: {} } as const;
	l.onHello(hello);
	client.setQueryData(keys.stars, { pages: [], pageParams: [] });
	vi.advanceTimersByTime(1000);
	expect(client.getQueryState(keys.stars)?.isInvalidated).toBe(false);
	l.onHello(hello);
	vi.advanceTimersByTime(1000);
	expect(client.getQueryState(keys.stars)?.isInvalidated).toBe(true);
});
