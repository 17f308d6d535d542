import { beforeEach, expect, it, vi } from "vitest";
import { FakeSocket } from "@/test/fake-socket";
import { Connection, type ConnectionState } from "./connection";

let states: ConnectionState["kind"][];
let refused: number[];

function start(): Connection {
	const connection = new Connection({
		url: () => "ws://test",
		socket: FakeSocket.make,
		random: () => 0.5,
		backoff: { base: 1000, cap: 8000 },
		onFrame: () => {},
		onState: (state) => states.push(state.kind),
		onRefused: (attempt) => refused.push(attempt),
	});
	connection.start();
	return connection;
}

beforeEach(() => {
	vi.useFakeTimers();
	FakeSocket.all = [];
	states = [];
	refused = [];
});

it("is ready with the hello, and not before", () => {
	const connection = start();
	expect(connection.state.kind).toBe("connecting");
	FakeSocket.last.hello();
	expect(connection.state.kind).toBe("ready");
});

it("comes back by itself, later each time, and soon again after a success", () => {
	start();
	FakeSocket.last.hello();
	for (const delay of [500, 1000, 2000]) {
		FakeSocket.last.drop();
		const before = FakeSocket.all.length;
		vi.advanceTimersByTime(delay - 1);
		expect(FakeSocket.all.length).toBe(before);
		vi.advanceTimersByTime(1);
		expect(FakeSocket.all.length).toBe(before + 1);
	}
	FakeSocket.last.hello();
	FakeSocket.last.drop();
	vi.advanceTimersByTime(500);
	expect(FakeSocket.all.length).toBe(5);
});

it("pairs replies with requests and tells refusals", async () => {
	const connection = start();
	FakeSocket.last.hello();
	const first = connection.request({ type: "send" });
	const second = connection.request({ type: "send" });
	const [a, b] = FakeSocket.last.of("send");
	FakeSocket.last.tell({ id: b?.id, error: { title: "no", status: 403, code: "forbidden" } });
	FakeSocket.last.tell({ id: a?.id, ok: { seq: 7 } });
	await expect(first).resolves.toEqual({ seq: 7 });
	await expect(second).rejects.toMatchObject({ code: "forbidden", transient: false });
});

it("fails what was under way as transient when the line falls", async () => {
	const connection = start();
	FakeSocket.last.hello();
	const under = connection.request({ type: "send" });
	FakeSocket.last.drop();
	await expect(under).rejects.toMatchObject({ status: 0, transient: true });
	await expect(connection.request({ type: "send" })).rejects.toMatchObject({ status: 0 });
});

it("asks when it is silent, and cuts a line that does not answer", () => {
	const connection = start();
	const socket = FakeSocket.last;
	socket.hello();
	vi.advanceTimersByTime(20_000);
	expect(socket.of("ping")).toHaveLength(1);
	socket.tell({ id: socket.of("ping")[0]?.id, ok: {} });
	vi.advanceTimersByTime(20_000);
	expect(socket.of("ping")).toHaveLength(2);
	vi.advanceTimersByTime(10_000);
	return vi.waitFor(() => {
		expect(connection.state.kind).toBe("waiting");
		expect(socket.closed).toBe(true);
	});
});

it("gives up an attempt without a hello, and tells that it was refused", () => {
	start();
	vi.advanceTimersByTime(10_000);
	expect(states.at(-1)).toBe("waiting");
	expect(refused).toEqual([1]);
});

it("tells a close for policy, and no other close of a working line", () => {
	start();
	FakeSocket.last.hello();
	FakeSocket.last.drop(1012);
	expect(refused).toEqual([]);
	vi.advanceTimersByTime(10_000);
	FakeSocket.last.hello();
	FakeSocket.last.drop(1008);
	expect(refused).toEqual([1]);
});

it("tries at once when nudged, and hears nothing from a line it left", () => {
	const connection = start();
	const first = FakeSocket.last;
	first.hello();
	first.drop();
	connection.nudge();
	expect(FakeSocket.all).toHaveLength(2);
	first.hello();
	expect(connection.state.kind).toBe("connecting");
});

it("ignores frames that are not JSON or of an unknown type", () => {
	const connection = start();
	FakeSocket.last.hello();
	FakeSocket.last.onmessage?.({ data: "<html>" });
	FakeSocket.last.tell({ type: "from_the_future" });
	FakeSocket.last.tell({ id: 99, ok: {} });
	expect(connection.state.kind).toBe("ready");
});
