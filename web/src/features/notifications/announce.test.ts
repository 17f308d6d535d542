import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keys } from "@/app/queries";
import type { Api, Envelope, Room, Settings } from "@/sdk";
import { envelope, item, ME, room } from "@/test/fixtures";
import { announce, clearShown, openBy, withdraw, withdrawKnown, withdrawOwn } from "./announce";
import { setDevice } from "./device";

const made: { title: string; body?: string; tag?: string; closed: boolean; onclick?: () => void }[] = [];
class Shown {
	static permission = "granted";
	closed = false;
	onclick?: () => void;
	constructor(
		readonly title: string,
		readonly options: { body?: string; tag?: string },
	) {
		made.push(Object.assign(this, options));
	}
	close() {
		this.closed = true;
	}
}

let client: QueryClient;
const api = { me: {}, rooms: {}, people: {} } as Api;
const settings = (change: Partial<Settings> = {}) =>
	client.setQueryData(keys.settings, { notify: "all", quiet_hours: null, ...change });
const inRoom = (change: Partial<Room>) => client.setQueryData(keys.room("room"), room(change));
const hear = (change: Partial<Envelope> = {}) => announce(envelope(3, change), ME, { client, api });

beforeEach(() => {
	made.length = 0;
	Shown.permission = "granted";
	vi.stubGlobal("Notification", Shown);
	vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
	client = new QueryClient();
	settings();
	inRoom({});
	client.setQueryData(keys.blocks, { items: [] });
	client.setQueryData(keys.user("ana"), { id: "ana", display_name: "Ana Torres" });
	setDevice({ on: true, words: true });
});
afterEach(() => {
	clearShown();
	vi.restoreAllMocks();
	vi.unstubAllGlobals();
});

it("shows who wrote what, and leads there", async () => {
	const opened = vi.fn();
	openBy(opened);
	await hear();
	expect(made).toMatchObject([{ title: "Ana Torres", body: "text 3", tag: "room", closed: false }]);
	made[0]?.onclick?.();
	expect(opened).toHaveBeenCalledWith("room");
	expect(made[0]?.closed).toBe(true);
});

it("names the sender in a group, and keeps the words back where that was chosen", async () => {
	inRoom({ kind: "group", title: "Cine", peer: null });
	await hear();
	setDevice({ words: false });
	await hear();
	expect(made).toMatchObject([
		{ title: "Cine", body: "Ana Torres: text 3" },
		{ title: "Cine", body: "Ana Torres: New message" },
	]);
});

it("shows nothing to one who looks, of oneself, of what is no message, or without leave", async () => {
	await hear({ sender_id: ME });
	await hear({ kind: "reaction", body: { target: "e1" } });
	await hear({ body: {} });
	Shown.permission = "denied";
	await hear();
	Shown.permission = "granted";
	setDevice({ on: false });
	await hear();
	setDevice({ on: true });
	vi.spyOn(document, "visibilityState", "get").mockReturnValue("visible");
	await hear();
	expect(made).toEqual([]);
});

it("obeys the settings, and tells of no request, of nobody blocked, of nothing that was read", async () => {
	settings({ notify: "none" });
	await hear();
	settings();
	inRoom({ notify: "mentions", kind: "group" });
	await hear();
	inRoom({ pending: { by_me: false, messages_left: 3 } });
	await hear();
	inRoom({ read_seq: 3 });
	await hear();
	inRoom({});
	client.setQueryData(keys.blocks, { items: [{ user: { id: "ana" } }] });
	await hear();
	expect(made).toEqual([]);
	client.setQueryData(keys.blocks, { items: [] });
	inRoom({ notify: "mentions", kind: "group" });
	await hear({ body: { text: "you", mentions: [ME] } });
	expect(made).toHaveLength(1);
});

it("tells of a thread whom it concerns", async () => {
	const threads = vi.fn().mockResolvedValue({ items: [{ root: item(1), read_seq: 0, unread: 1 }] });
	const there = { ...api, timeline: { threads } } as unknown as Api;
	const beneath = (thread: string) =>
		announce(envelope(3, { body: { text: "beneath", thread } }), ME, { client, api: there });
	await beneath("e2");
	expect(made).toEqual([]);
	await beneath("e1");
	expect(made).toMatchObject([{ body: "beneath" }]);
});

it("takes them away when the page is looked at", async () => {
	await hear();
	clearShown();
	expect(made[0]?.closed).toBe(true);
});

const taken = (target: string) => withdraw(envelope(9, { kind: "redaction", body: { target } }));
const own = (kind: string, subject: string, body: Record<string, unknown>) =>
	withdrawOwn({ type: "user_event", user_seq: 1, kind, subject, body });
const stillTold = async (change: Partial<Envelope>, act: () => void) => {
	await hear(change);
	act();
	const told = made.at(-1)?.closed === false;
	clearShown();
	return told;
};

it("takes one away whose message was taken back, or read or hidden on another device, and no other", async () => {
	expect(await stillTold({}, () => taken("e2"))).toBe(true);
	expect(await stillTold({}, () => taken("e3"))).toBe(false);
	expect(await stillTold({}, () => own("read", "room", { read_seq: 2 }))).toBe(true);
	expect(await stillTold({}, () => own("read", "other", { read_seq: 3 }))).toBe(true);
	expect(await stillTold({}, () => own("read", "room", { read_seq: 3 }))).toBe(false);
	expect(await stillTold({}, () => own("hide", "e3", { room_id: "room" }))).toBe(false);
	expect(await stillTold({}, () => own("room", "room", { state: "left" }))).toBe(false);
});

it("takes one away whose message the list knows as read or taken back, which nobody told during an outage", async () => {
	const known = (change: Partial<Room>) => () =>
		withdrawKnown([room({ id: "b", read_seq: 9 }), room(change)]);
	expect(await stillTold({}, known({ read_seq: 2, last_item: item(3) }))).toBe(true);
	expect(await stillTold({}, known({ read_seq: 3 }))).toBe(false);
	expect(await stillTold({}, known({ last_item: item(3, { redacted: true }) }))).toBe(false);
});

it("takes one of a thread away when that was read, and not the conversation", async () => {
	const threads = vi.fn().mockResolvedValue({ items: [{ root: item(1), read_seq: 0, unread: 1 }] });
	Object.assign(api, { timeline: { threads } });
	const beneath = { body: { text: "beneath", thread: "e1" } };
	expect(await stillTold(beneath, () => own("read", "room", { read_seq: 9 }))).toBe(true);
	expect(await stillTold(beneath, () => own("thread", "e1", { room_id: "room", read_seq: 3 }))).toBe(false);
});

it("takes one away when its message's time comes, and not the newer one in its place", async () => {
	vi.useFakeTimers();
	const expires_at = new Date(Date.now() + 60_000).toISOString();
	const brief = { body: { text: "brief", expires_at } };
	await hear(brief);
	vi.advanceTimersByTime(59_999);
	expect(made[0]?.closed).toBe(false);
	vi.advanceTimersByTime(1);
	expect(made[0]?.closed).toBe(true);
	await hear(brief);
	expect(made).toHaveLength(1);
	await hear({ body: { text: "brief", expires_at: new Date(Date.now() + 60_000).toISOString() } });
	await hear({ id: "e4", seq: 4 });
	vi.advanceTimersByTime(60_000);
	expect(made.at(-1)).toMatchObject({ body: "text 3", closed: false });
});

it("does not begin to tell what was taken back before it could be shown", async () => {
	inRoom({ kind: "group", title: "Cine", peer: null });
	const on = hear();
	taken("e3");
	await on;
	expect(made).toEqual([]);
});
