import { describe, expect, it } from "vitest";
import { envelope, item, ME } from "@/test/fixtures";
import { apply, expire, prepend, type RoomState } from "./reducer";
import type { Envelope } from "./types";

const state = (change: Partial<RoomState> = {}): RoomState => ({
	items: [],
	fresh: {},
	as_of: 0,
	has_after: false,
	...change,
});
const following = (events: Envelope[], start = state()) =>
	events.reduce((s, e) => apply(s, e, ME).state, start);
const edit = (seq: number, target: string, text: string | undefined, version = 2) =>
	envelope(seq, { kind: "edit", body: { target, version, text } });
const react = (
	seq: number,
	target: string,
	key: string | null,
	previous: string | null = null,
	sender_id = "ana",
) => envelope(seq, { kind: "reaction", sender_id, body: { target, key, previous } });

describe("apply", () => {
	it("appends what follows, ignores what is known, tells a hole", () => {
		const one = following([envelope(1)]);
		expect(one.items.map((i) => i.seq)).toEqual([1]);
		expect(apply(one, envelope(1), ME)).toEqual({ kind: "known", state: one });
		expect(apply(one, envelope(3), ME)).toEqual({ kind: "hole", state: one });
	});

	it("changes the text and version of an edited message", () => {
		const [shown] = following([envelope(1), edit(2, "e1", "better")]).items;
		expect(shown).toMatchObject({ body: { text: "better" }, version: 2, edited_at: envelope(2).at });
	});

	it("leaves no word of a redacted message, and its seq in place", () => {
		const s = following([
			envelope(1, { body: { text: "secret", reply_to: "x" } }),
			react(2, "e1", "👍"),
			envelope(3, { kind: "redaction", body: { target: "e1" } }),
		]);
		expect(s.items).toEqual([{ ...item(1), body: {}, redacted: true }]);
		expect(following([edit(4, "e1", "secret again")], s).items[0]?.body.text).toBeUndefined();
	});

	it("makes a tombstone of a message whose edit has lost its text", () => {
		expect(following([envelope(1), edit(2, "e1", undefined)]).items[0]?.redacted).toBe(true);
	});

	it("counts reactions, most frequent first, and remembers one's own", () => {
		const s = following([
			envelope(1),
			react(2, "e1", "👍"),
			react(3, "e1", "❤️", null, ME),
			react(4, "e1", "❤️", "👍"),
		]);
		expect(s.items[0]).toMatchObject({ reactions: [{ key: "❤️", count: 2 }], my_reaction: "❤️" });
		const gone = following([react(5, "e1", null, "❤️", ME), react(6, "e1", null, "❤️")], s).items[0];
		expect(gone?.reactions).toBeUndefined();
		expect(gone?.my_reaction).toBeUndefined();
	});

	it("shows an unknown kind in its place and goes on", () => {
		const s = following([envelope(1, { kind: "hologram", body: {} }), envelope(2)]);
		expect(s.items.map((i) => i.kind)).toEqual(["hologram", "message"]);
	});

	it("does not append to a window of the past", () => {
		expect(following([envelope(10)], state({ as_of: 9, has_after: true }))).toMatchObject({
			items: [],
			as_of: 10,
		});
	});
});

describe("prepend", () => {
	it("refuses a page that was read before the window", () => {
		expect(prepend(state({ as_of: 5 }), [item(1)], 4)).toBeNull();
	});

	it("applies no event twice to a page that was read later", () => {
		const page = [item(1, { reactions: [{ key: "👍", count: 1 }] })];
		const s = prepend(state({ as_of: 5, items: [item(4)] }), page, 6);
		if (!s) throw new Error("refused");
		expect(following([react(6, "e1", "👍")], s).items[0]?.reactions).toEqual([{ key: "👍", count: 1 }]);
		expect(following([react(6, "e1", "👍"), react(7, "e1", "👍")], s).items[0]?.reactions).toEqual([
			{ key: "👍", count: 2 },
		]);
	});
});

it("expire turns due messages into tombstones and leaves the rest alone", () => {
	const due = item(1, { body: { text: "soon gone", expires_at: "2026-11-22T10:00:00.000000Z" } });
	const s = state({ items: [due, item(2)], as_of: 2 });
	const now = Date.parse("2026-11-22T10:00:01Z");
	expect(expire(s, now).items[0]).toMatchObject({
		redacted: true,
		body: { expires_at: due.body.expires_at },
	});
	expect(expire(s, now).items[1]).toBe(s.items[1]);
	expect(expire(s, now - 2000)).toBe(s);
});
