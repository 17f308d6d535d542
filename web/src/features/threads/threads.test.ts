import { expect, it } from "vitest";
import { item, ME } from "@/test/fixtures";
import { threadRows } from "./thread-rows";
import { unreadOf } from "./use-threads";

const thread = { replies: 2, last_seq: 6, last_at: "2026-11-22T10:00:06.000000Z" };
const first = item(1, { thread });
const answers = [item(5, { body: { text: "a", thread: "e1" } }), item(6, { sender_id: ME })];

it("begins with the first message, then says how much was said beneath it", () => {
	const rows = threadRows(first, answers, [], ME, null);
	expect(rows.map((row) => row.kind)).toEqual(["day", "message", "replies", "message", "message"]);
	expect(rows[2]).toMatchObject({ count: 2 });
	expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
});

it("shows the first message alone before anybody answered, and the answers alone while older ones are missing", () => {
	expect(threadRows(item(1), [], [], ME, null).map((row) => row.kind)).toEqual(["day", "message"]);
	expect(threadRows(undefined, answers, [], ME, null).map((row) => row.kind)).toEqual([
		"day",
		"message",
		"message",
	]);
});

it("says where the unread begins", () => {
	expect(threadRows(first, answers, [], ME, 4).map((row) => row.kind)).toContain("unread");
});

it("knows the threads with something to read", () => {
	const rows = [
		{ root: item(1), read_seq: 0, unread: 2 },
		{ root: item(2), read_seq: 9, unread: 0 },
	];
	expect([...unreadOf(rows)]).toEqual(["e1"]);
});
