import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keys } from "@/app/queries";
import type { Api, Envelope, Room, Settings } from "@/sdk";
import { envelope, item, ME, room } from "@/test/fixtures";
import { announce, clearShown, openBy } from "./announce";
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
