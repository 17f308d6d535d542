import { beforeEach, expect, it, vi } from "vitest";
import { envelope, item, ME } from "@/test/fixtures";
import type { Api } from "./api";
import { ApiError } from "./problem";
import { Timelines } from "./timelines";
import type { EventsPage, TimelinePage } from "./types";

const page = vi.fn<Api["timeline"]["page"]>();
const events = vi.fn<Api["timeline"]["events"]>();
const api = { page, events } as unknown as Api["timeline"];

const snapshot = (from: number, to: number, change: Partial<TimelinePage> = {}): TimelinePage => ({
	items: Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => item(from + i)),
	as_of: to,
	epoch: "e1",
	has_before: from > 1,
	has_after: false,
	...change,
});
const log = (from: number, to: number, complete = true): EventsPage => ({
	events: Array.from({ length: to - from + 1 }, (_, i) => envelope(from + i)),
	complete,
	epoch: "e1",
});
const seqs = (t: Timelines) => t.store.getState().room?.items.map((i) => i.seq);

beforeEach(() => {
	page.mockReset();
	events.mockReset();
});

async function open(...pages: TimelinePage[]): Promise<Timelines> {
	for (const p of pages) page.mockResolvedValueOnce(p);
	const timelines = new Timelines(api, ME);
	await timelines.open("room");
	return timelines;
}

it("shows the newest page and follows the events", async () => {
	const t = await open(snapshot(1, 2));
	t.receive(envelope(3));
	t.receive(envelope(3));
	expect(seqs(t)).toEqual([1, 2, 3]);
});

it("keeps events that come while the snapshot is read", async () => {
	let answer = (_: TimelinePage) => {};
	page.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
	const t = new Timelines(api, ME);
	const opened = t.open("room");
	t.receive(envelope(3));
	t.receive(envelope(2));
	answer(snapshot(1, 2));
	await opened;
	expect(seqs(t)).toEqual([1, 2, 3]);
});

it("fills a hole from the store before it shows what lies beyond", async () => {
	const t = await open(snapshot(1, 1));
	events.mockResolvedValueOnce(log(2, 3, false)).mockResolvedValueOnce(log(4, 4));
	t.receive(envelope(5));
	expect(seqs(t)).toEqual([1]);
	await vi.waitFor(() => expect(seqs(t)).toEqual([1, 2, 3, 4, 5]));
	expect(events.mock.calls.map((c) => c[1])).toEqual([1, 3]);
});

it("asks for what a head says is missing", async () => {
	const t = await open(snapshot(1, 1));
	events.mockResolvedValueOnce(log(2, 2));
	t.reach("room", 1);
	expect(events).not.toHaveBeenCalled();
	t.reach("room", 2);
	await vi.waitFor(() => expect(seqs(t)).toEqual([1, 2]));
});

it("takes a new snapshot for a gap and for another epoch", async () => {
	const t = await open(snapshot(1, 3), snapshot(90, 99));
	await t.gap("room");
	expect(seqs(t)?.[0]).toBe(90);
	events.mockResolvedValueOnce({ events: [], complete: true, epoch: "e2" });
	page.mockResolvedValueOnce(snapshot(1, 1, { epoch: "e2" }));
	t.reach("room", 100);
	await vi.waitFor(() => expect(t.store.getState().room).toMatchObject({ epoch: "e2", as_of: 1 }));
});

it("puts older pages before the window, and reads one again that events overtook", async () => {
	const t = await open(snapshot(51, 60), snapshot(1, 50, { as_of: 60 }));
	t.receive(envelope(61));
	page.mockResolvedValueOnce(snapshot(1, 50, { as_of: 61 }));
	await t.loadBefore("room");
	expect(page).toHaveBeenCalledTimes(3);
	expect(seqs(t)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
	expect(t.store.getState().room).toMatchObject({ has_before: false, loadingBefore: false });
});

it("says why the first page did not come, and tries again when opened again", async () => {
	page.mockRejectedValueOnce(new ApiError({ title: "", status: 404, code: "room_not_found" }));
	const t = new Timelines(api, ME);
	await t.open("room");
	expect(t.store.getState().room).toMatchObject({ status: "failed", problem: { code: "room_not_found" } });
	page.mockResolvedValueOnce(snapshot(1, 1));
	await t.open("room");
	expect(seqs(t)).toEqual([1]);
});

it("turns messages into tombstones at their time", async () => {
	vi.useFakeTimers();
	const soon = new Date(Date.now() + 5_000).toISOString();
	const t = await open(snapshot(1, 1, { items: [item(1, { body: { text: "brief", expires_at: soon } })] }));
	await vi.advanceTimersByTimeAsync(4_900);
	expect(t.store.getState().room?.items[0]?.redacted).toBe(false);
	await vi.advanceTimersByTimeAsync(200);
	expect(t.store.getState().room?.items[0]?.redacted).toBe(true);
});

const around = (from: number, to: number, as_of: number) =>
	snapshot(from, to, { as_of, has_after: to < as_of });

it("jumps into the past, does not show what comes meanwhile, and goes back to the newest", async () => {
	const t = await open(snapshot(151, 200));
	page.mockResolvedValueOnce(around(1, 50, 200));
	expect(await t.jump("room", 20)).toBe(true);
	expect(page).toHaveBeenLastCalledWith("room", { around: 20 }, undefined, undefined);
	expect(t.store.getState().room).toMatchObject({ has_after: true, anchor: 20, snapshots: 2 });
	t.receive(envelope(201));
	expect(seqs(t)?.at(-1)).toBe(50);
	page.mockResolvedValueOnce(snapshot(152, 201));
	await t.toEnd("room");
	expect(t.store.getState().room).toMatchObject({ has_after: false, anchor: "end", as_of: 201 });
});

it("goes to where a day begins here, and says when nothing was said since", async () => {
	const t = await open(snapshot(151, 200));
	page.mockResolvedValueOnce(around(20, 20, 200)).mockResolvedValueOnce(around(1, 50, 200));
	expect(await t.jumpToDay("room", "2026-11-22")).toBe(true);
	const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	expect(page.mock.calls.slice(-2)).toEqual([
		["room", { date: "2026-11-22", time_zone }, 1, undefined],
		["room", { around: 20 }, undefined, undefined],
	]);
	expect(t.store.getState().room).toMatchObject({ anchor: 20, snapshots: 2 });
	page.mockResolvedValueOnce({ ...snapshot(1, 0), as_of: 200 });
	expect(await t.jumpToDay("room", "2099-01-01")).toBe(false);
	expect(t.store.getState().room).toMatchObject({ anchor: 20, snapshots: 2 });
});

it("stays where it is when a jump fails", async () => {
	const t = await open(snapshot(151, 200));
	page.mockRejectedValueOnce(new ApiError({ title: "", status: 0, code: "network" }));
	expect(await t.jump("room", 20)).toBe(false);
	expect(t.store.getState().room).toMatchObject({ status: "ready", has_after: false, snapshots: 1 });
});

it("reads on to the head, and is live from there without a hole or a double", async () => {
	const t = await open(snapshot(151, 200));
	page.mockResolvedValueOnce(around(1, 50, 200));
	await t.jump("room", 20);
	page.mockResolvedValueOnce(around(1, 100, 200));
	await t.loadAfter("room");
	expect(page).toHaveBeenLastCalledWith("room", { after: 50 }, undefined, undefined);
	expect(t.store.getState().room).toMatchObject({ has_after: true, loadingAfter: false });
	// The page is read after 201 and 202 were committed, and comes before they are told.
	page.mockResolvedValueOnce(snapshot(51, 202));
	await t.loadAfter("room");
	expect(t.store.getState().room).toMatchObject({ has_after: false, as_of: 200 });
	t.receive(envelope(201));
	t.receive(envelope(202));
	expect(seqs(t)).toEqual(Array.from({ length: 202 }, (_, i) => i + 1));
});

it("reads a newer page again that events overtook, and does not apply twice what it already holds", async () => {
	const t = await open(snapshot(151, 200));
	page.mockResolvedValueOnce(around(1, 50, 200));
	await t.jump("room", 20);
	t.receive(envelope(201, { kind: "reaction", body: { target: "e60", key: "x", previous: null } }));
	const reacted = snapshot(1, 100, { as_of: 201, has_after: true });
	reacted.items = reacted.items.map((i) =>
		i.id === "e60" ? { ...i, reactions: [{ key: "x", count: 1 }] } : i,
	);
	page.mockResolvedValueOnce(around(1, 100, 200)).mockResolvedValueOnce({ ...reacted, as_of: 202 });
	await t.loadAfter("room");
	expect(page).toHaveBeenCalledTimes(4);
	t.receive(
		envelope(202, { kind: "reaction", sender_id: "ben", body: { target: "e60", key: "y", previous: null } }),
	);
	expect(t.store.getState().room?.items.find((i) => i.id === "e60")?.reactions).toEqual([
		{ key: "x", count: 1 },
	]);
});

it("opens at the newest again after a look at the past", async () => {
	const t = await open(snapshot(151, 200));
	page.mockResolvedValueOnce(around(1, 50, 200)).mockResolvedValueOnce(snapshot(151, 200));
	await t.jump("room", 20);
	await t.open("room");
	expect(t.store.getState().room).toMatchObject({ has_after: false, anchor: undefined });
});

it("keeps a thread beside its room, each with its own messages", async () => {
	const t = await open(snapshot(1, 2));
	page.mockResolvedValueOnce(snapshot(1, 0, { as_of: 2 }));
	await t.open("room/e1");
	expect(page).toHaveBeenLastCalledWith("room", {}, undefined, "e1");
	t.receive(envelope(3, { body: { text: "beneath", thread: "e1" } }));
	t.receive(envelope(4));
	const shown = (place: string) => t.store.getState()[place]?.items.map((i) => i.seq);
	expect(shown("room/e1")).toEqual([3]);
	expect(shown("room")).toEqual([1, 2, 4]);
	expect(t.store.getState().room?.items[0]?.thread).toMatchObject({ replies: 1, last_seq: 3 });
	t.hide("room", "e3");
	expect(t.store.getState()["room/e1"]?.items[0]?.redacted).toBe(true);
});

it("resumes a room from the window that is farthest behind", async () => {
	const t = await open(snapshot(1, 2));
	page.mockResolvedValueOnce(snapshot(1, 0, { as_of: 5 }));
	await t.open("room/e1");
	expect(t.cursors()).toEqual({ room: 2 });
});
