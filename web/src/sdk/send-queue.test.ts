import { beforeEach, expect, it, vi } from "vitest";
import type { Ack } from "./frames";
import { ApiError } from "./problem";
import { type Outgoing, SendQueue } from "./send-queue";

interface Try {
	message: Outgoing;
	ok: (seq: number) => Promise<void>;
	fail: (status: number, code?: string, retry_after?: number) => Promise<void>;
}

let tries: Try[];

function queue(): SendQueue {
	return new SendQueue({
		user: "me",
		storage: localStorage,
		random: () => 0.5,
		backoff: { base: 1000, cap: 8000 },
		onChange: () => {},
		send: (message) =>
			new Promise<Ack>((resolve, reject) => {
				tries.push({
					message,
					ok: (seq) => settle(() => resolve({ seq, id: `e${seq}`, at: "2026-11-22T10:00:00Z" })),
					fail: (status, code = "x", retry_after) =>
						settle(() => reject(new ApiError({ title: "", status, code, retry_after }))),
				});
			}),
	});
}

async function settle(work: () => void): Promise<void> {
	work();
	await vi.advanceTimersByTimeAsync(0);
}

const last = (): Try => {
	const found = tries.at(-1);
	if (!found) throw new Error("nothing was sent");
	return found;
};
const texts = () => tries.map((t) => t.message.text);

beforeEach(() => {
	vi.useFakeTimers();
	tries = [];
});

it("sends a room's messages one after the other, and rooms beside each other", async () => {
	const q = queue();
	q.enqueue("a", "1");
	q.enqueue("a", "2");
	q.enqueue("b", "3");
	expect(texts()).toEqual(["1", "3"]);
	await tries[0]?.ok(1);
	expect(texts()).toEqual(["1", "3", "2"]);
});

it("repeats under the same name after a lost answer, keeping the order", async () => {
	const q = queue();
	q.enqueue("a", "1");
	q.enqueue("a", "2");
	await last().fail(0);
	expect(texts()).toEqual(["1"]);
	await vi.advanceTimersByTimeAsync(500);
	expect(texts()).toEqual(["1", "1"]);
	expect(tries[1]?.message.client_id).toBe(tries[0]?.message.client_id);
	await last().ok(1);
	expect(texts()).toEqual(["1", "1", "2"]);
});

it("waits as long as the server asks", async () => {
	const q = queue();
	q.enqueue("a", "1");
	await last().fail(429, "rate_limited", 3);
	await vi.advanceTimersByTimeAsync(3_499);
	expect(tries).toHaveLength(1);
	await vi.advanceTimersByTimeAsync(1);
	expect(tries).toHaveLength(2);
});

it("keeps what was written over a reload, in order, for its writer alone", async () => {
	const q = queue();
	const one = q.enqueue("a", "1");
	vi.advanceTimersByTime(5);
	q.enqueue("a", "2");
	q.stop();
	localStorage.setItem(
		"chatlink.send.other.x",
		JSON.stringify({ client_id: "x", text: "not mine", room_id: "a", state: "pending" }),
	);
	tries = [];
	const again = queue();
	again.kick();
	expect(texts()).toEqual(["1"]);
	expect(last().message.client_id).toBe(one?.client_id);
	await last().ok(1);
	await last().ok(2);
	expect(texts()).toEqual(["1", "2"]);
	expect(queue().all).toEqual([]);
});

it("shows a refusal, goes on with the next, and tries again when asked", async () => {
	const q = queue();
	const one = q.enqueue("a", "1");
	q.enqueue("a", "2");
	await last().fail(403, "forbidden");
	expect(q.all[0]).toMatchObject({ state: "failed", problem: { code: "forbidden" } });
	await last().ok(1);
	q.retry(one?.client_id ?? "");
	expect(last().message).toMatchObject({ text: "1", client_id: one?.client_id });
	await last().ok(2);
	expect(q.all.map((m) => m.state)).toEqual(["sent", "sent"]);
});

it("forgets what is discarded or arrived", async () => {
	const q = queue();
	const one = q.enqueue("a", "1");
	await last().fail(403);
	q.discard(one?.client_id ?? "");
	expect(q.all).toEqual([]);
	expect(queue().all).toEqual([]);
	const two = q.enqueue("a", "2");
	await last().ok(1);
	expect(q.all).toMatchObject([{ state: "sent", ack: { seq: 1 } }]);
	q.arrived(new Set([two?.client_id ?? ""]));
	expect(q.all).toEqual([]);
});

it("tries at once when the line is back, and a late answer of the old try changes nothing", async () => {
	const q = queue();
	q.enqueue("a", "1");
	const old = last();
	q.kick();
	expect(tries).toHaveLength(2);
	await last().ok(1);
	await old.fail(0);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(tries).toHaveLength(2);
});

it("has a bound", () => {
	const q = queue();
	for (let i = 0; i < 500; i++) q.enqueue("a", String(i));
	expect(q.enqueue("a", "one too many")).toBeNull();
});

it("keeps in whose thread a message shall stand, over a reload too", () => {
	const q = queue();
	q.enqueue("a", "1", undefined, undefined, undefined, "root");
	q.stop();
	expect(last().message.thread).toBe("root");
	expect(queue().all[0]?.thread).toBe("root");
});
