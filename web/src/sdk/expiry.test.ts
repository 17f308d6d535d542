import { expect, it, vi } from "vitest";
import { item } from "@/test/fixtures";
import { endOf, itemAt, whenPast } from "./expiry";

const AT = "2026-11-22T10:00:00.000000Z";
const END = Date.parse(AT);
const brief = item(1, {
	body: { text: "brief", expires_at: AT, thread: "e0" },
	pinned: true,
	starred: true,
	reactions: [{ key: "👍", count: 1 }],
});

it("is itself until its time comes, then says nothing any more but its end and its place", () => {
	expect(itemAt(brief, END - 1)).toBe(brief);
	const gone = itemAt(brief, END);
	expect(gone).toEqual({ ...item(1), body: { expires_at: AT, thread: "e0" }, redacted: true });
	expect(itemAt(brief, END + 1)).toBe(gone);
	expect(endOf(gone)).toBe(Number.POSITIVE_INFINITY);
});

it("ends for its reader who hid it as for everybody, and what is no message never does", () => {
	const hidden = item(1, { redacted: true, body: { hidden: true, expires_at: AT } });
	expect(itemAt(hidden, END).body).toEqual({ expires_at: AT });
	const line = item(2, { kind: "room", body: { expires_at: AT } });
	expect(itemAt(line, END)).toBe(line);
	expect(endOf(line)).toBe(Number.POSITIVE_INFINITY);
});

it("runs what waits for a far time then, once, unless it was given up", () => {
	vi.useFakeTimers();
	const DAY = 86_400_000;
	const [run, other] = [vi.fn(), vi.fn()];
	whenPast(Date.now() + 60 * DAY, run);
	const forget = whenPast(Date.now() + 60 * DAY, other);
	whenPast(Number.POSITIVE_INFINITY, other);
	vi.advanceTimersByTime(60 * DAY - 1);
	expect(run).not.toHaveBeenCalled();
	forget();
	vi.advanceTimersByTime(DAY);
	expect(run).toHaveBeenCalledTimes(1);
	expect(other).not.toHaveBeenCalled();
});

it("is late by a minute at most where the machine slept", () => {
	vi.useFakeTimers();
	const run = vi.fn();
	whenPast(Date.now() + 3_600_000, run);
	vi.setSystemTime(Date.now() + 7_200_000);
	vi.advanceTimersByTime(60_000);
	expect(run).toHaveBeenCalledTimes(1);
});
