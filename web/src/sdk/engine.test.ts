import { beforeEach, expect, it, vi } from "vitest";
import { FakeSocket } from "@/test/fake-socket";
import { envelope, item, ME } from "@/test/fixtures";
import type { Api } from "./api";
import { Engine } from "./engine";

const page = vi.fn<Api["timeline"]["page"]>();
const events = vi.fn<Api["timeline"]["events"]>();
const receipts = vi.fn<Api["timeline"]["receipts"]>();
const told = {
	onHello: vi.fn(),
	onEvent: vi.fn(),
	onUserEvent: vi.fn(),
	onStale: vi.fn(),
	onRefused: vi.fn(),
};
let engine: Engine;

beforeEach(async () => {
	vi.useFakeTimers();
	FakeSocket.all = [];
	for (const f of [page, events, receipts, ...Object.values(told)]) f.mockReset();
	page.mockResolvedValue({ items: [item(1)], as_of: 1, epoch: "e1", has_before: false, has_after: false });
	events.mockResolvedValue({ events: [], complete: true, epoch: "e1" });
	receipts.mockResolvedValue({ rev: 1, items: [] });
	const api = { timeline: { page, events, receipts } } as unknown as Api;
	engine = new Engine({
		...told,
		api,
		me: ME,
		url: () => "ws://test",
		storage: localStorage,
		socket: FakeSocket.make,
	});
	engine.start();
	FakeSocket.last.hello();
	await engine.timelines.open("room");
	await engine.positions.open("room");
});

const again = (hello: object = {}) => {
	FakeSocket.last.drop();
	engine.nudge();
	FakeSocket.last.hello(hello);
};
const seqs = () => engine.timelines.store.getState().room?.items.map((i) => i.seq);

it("resumes from where its windows stand, and hears what it missed", () => {
	again();
	expect(FakeSocket.last.of("resume")).toMatchObject([{ epoch: "e1", rooms: { room: 1 } }]);
	FakeSocket.last.tell({ type: "event", event: envelope(2) });
	expect(seqs()).toEqual([1, 2]);
	expect(told.onHello).toHaveBeenCalledTimes(2);
});

it("fills by itself what a head says is missing, receipts too", async () => {
	events.mockResolvedValueOnce({ events: [envelope(2)], complete: true, epoch: "e1" });
	again({ heads: { room: { seq: 2, rev: 5 } } });
	await vi.waitFor(() => expect(seqs()).toEqual([1, 2]));
	expect(receipts).toHaveBeenCalledTimes(2);
});

it("waits for nobody's marks who left", () => {
	FakeSocket.last.tell({
		type: "receipts",
		room_id: "room",
		rev: 2,
		items: [{ user_id: "ben", delivered_seq: 1, read_seq: 1 }],
	});
	const marks = () => Object.keys(engine.positions.store.getState().room?.by_user ?? {});
	expect(marks()).toEqual(["ben"]);
	const body = { change: "removed", user_id: "ben" };
	FakeSocket.last.tell({ type: "event", event: { ...envelope(2), kind: "membership", body } });
	expect(marks()).toEqual([]);
});

it("takes new snapshots when the store is of another lineage", async () => {
	page.mockResolvedValue({
		items: [item(1, { id: "other" })],
		as_of: 1,
		epoch: "e2",
		has_before: false,
		has_after: false,
	});
	again({ epoch: "e2" });
	await vi.waitFor(() => expect(engine.timelines.store.getState().room?.items[0]?.id).toBe("other"));
	expect(FakeSocket.last.of("resume")).toEqual([]);
	expect(told.onStale).toHaveBeenCalled();
});

it("sends its queue again after a fall, under the same name", () => {
	const message = engine.queue.enqueue("room", "hello");
	expect(FakeSocket.last.of("send")).toHaveLength(1);
	again();
	expect(FakeSocket.last.of("send")).toMatchObject([{ client_id: message?.client_id, text: "hello" }]);
});

it("shows a message once, whether its event or its acknowledgement comes first", async () => {
	const message = engine.queue.enqueue("room", "hello");
	const [sent] = FakeSocket.last.of("send");
	FakeSocket.last.tell({
		type: "event",
		event: envelope(2, { sender_id: ME, client_id: message?.client_id }),
	});
	expect(engine.store.getState().outgoing).toEqual([]);
	FakeSocket.last.tell({ id: sent?.id, ok: { seq: 2, id: "e2", at: "" } });
	await vi.advanceTimersByTimeAsync(0);
	expect(engine.store.getState().outgoing).toEqual([]);
	engine.queue.enqueue("room", "second");
	const second = FakeSocket.last.of("send")[1];
	FakeSocket.last.tell({ id: second?.id, ok: { seq: 3, id: "e3", at: "" } });
	await vi.advanceTimersByTimeAsync(0);
	expect(engine.store.getState().outgoing).toMatchObject([{ state: "sent" }]);
	FakeSocket.last.tell({
		type: "event",
		event: envelope(3, { sender_id: ME, client_id: String(second?.client_id) }),
	});
	expect(engine.store.getState().outgoing).toEqual([]);
});

it("keeps nothing of a message that was sent to a room that is not open", async () => {
	engine.queue.enqueue("other", "hello");
	const [sent] = FakeSocket.last.of("send");
	FakeSocket.last.tell({ id: sent?.id, ok: { seq: 9, id: "e9", at: "" } });
	await vi.advanceTimersByTimeAsync(0);
	expect(engine.queue.all).toEqual([]);
});

it("tells how far it got, once for a burst, and again on a new line", () => {
	for (let seq = 2; seq <= 20; seq++) FakeSocket.last.tell({ type: "event", event: envelope(seq) });
	engine.positions.seen("room", 20);
	vi.advanceTimersByTime(1000);
	expect(FakeSocket.last.of("delivered")).toMatchObject([{ seq: 20 }]);
	expect(FakeSocket.last.of("read")).toMatchObject([{ seq: 20 }]);
	again();
	expect(FakeSocket.last.of("read")).toMatchObject([{ seq: 20 }]);
});

it("tells how far it got also while a room never rests", () => {
	for (let seq = 2; seq <= 20; seq++) {
		FakeSocket.last.tell({ type: "event", event: envelope(seq) });
		engine.positions.seen("room", seq);
		vi.advanceTimersByTime(100);
	}
	expect(FakeSocket.last.of("read").length).toBeGreaterThan(5);
	expect(FakeSocket.last.of("read").length).toBeLessThan(15);
});

it("starts a new line when it was too slow", () => {
	FakeSocket.last.tell({ type: "resync" });
	expect(engine.store.getState().connection.kind).toBe("waiting");
});

it("tells nothing on a line of somebody else", () => {
	engine.queue.enqueue("room", "private");
	again({ user_id: "somebody" });
	expect(FakeSocket.last.sent).toEqual([]);
	expect(told.onRefused).toHaveBeenCalled();
});

it("believes a typist for six seconds, and no longer than until the message", () => {
	const typing = () => Object.keys(engine.presence.store.getState().typing.room ?? {});
	FakeSocket.last.tell({ type: "typing", room_id: "room", user_id: "ana" });
	vi.advanceTimersByTime(5_900);
	expect(typing()).toEqual(["ana"]);
	vi.advanceTimersByTime(200);
	expect(typing()).toEqual([]);
	FakeSocket.last.tell({ type: "typing", room_id: "room", user_id: "ana" });
	FakeSocket.last.tell({ type: "event", event: envelope(2) });
	expect(typing()).toEqual([]);
});
