import { expect, it } from "vitest";
import { room } from "@/test/fixtures";
import { asksForAttention } from "./notifies";
import { byActivity, FOREVER, isMuted, withPrefs, withRead } from "./rooms";

const NOW = Date.parse("2026-11-25T10:00:00Z");

it("knows that muting ends by itself, and that for good is not yet over", () => {
	expect(isMuted(room(), NOW)).toBe(false);
	expect(isMuted(room({ muted_until: "2026-11-25T10:00:01Z" }), NOW)).toBe(true);
	expect(isMuted(room({ muted_until: "2026-11-25T09:59:59Z" }), NOW)).toBe(false);
	expect(isMuted(room({ muted_until: FOREVER }), NOW)).toBe(true);
});

it("asks for attention when something is unread or marked so, unless muted or put away", () => {
	expect(asksForAttention(room(), "all", NOW)).toBe(false);
	expect(asksForAttention(room({ unread: 1 }), "all", NOW)).toBe(true);
	expect(asksForAttention(room({ marked_unread: true }), "all", NOW)).toBe(true);
	expect(asksForAttention(room({ unread: 1, archived: true }), "all", NOW)).toBe(false);
	expect(asksForAttention(room({ unread: 1, muted_until: FOREVER }), "all", NOW)).toBe(false);
});

it("changes only the settings that are named, and takes a mute off by null", () => {
	const before = room({ pinned: true, muted_until: FOREVER });
	expect(withPrefs(before, { archived: true })).toEqual({ ...before, archived: true });
	expect(withPrefs(before, { muted_until: null })).toEqual({ ...before, muted_until: null });
	expect(withPrefs(before, { pinned: false }).pinned).toBe(false);
});

it("puts pinned rooms first, then the newest", () => {
	const at = (id: string, updated_at: string, pinned = false) => room({ id, updated_at, pinned });
	const rooms = [
		at("old", "2026-11-01T10:00:00Z"),
		at("new", "2026-11-03T10:00:00Z"),
		at("pinned", "2026-10-01T10:00:00Z", true),
	];
	expect(rooms.sort(byActivity).map((r) => r.id)).toEqual(["pinned", "new", "old"]);
});

it("knows better than an answer that is older than what was read here", () => {
	const told = room({ head_seq: 5, read_seq: 2, unread: 3, marked_unread: true });
	expect(withRead(told, 5)).toEqual({ ...told, read_seq: 5, unread: 0 });
	expect(withRead(told, 4)).toEqual({ ...told, read_seq: 4 });
	expect(withRead(told, 1)).toBe(told);
});
