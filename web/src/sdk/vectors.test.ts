import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { apply, expire, hide, type RoomState, star } from "./reducer";
import type { Envelope, Item } from "./types";

/** The cases that the Rust reducer wrote; both must give the same answers to the letter. */
interface Vector {
	name: string;
	me?: string | null;
	snapshot: { items: Item[]; as_of: number };
	events: Envelope[];
	expire_at?: string | null;
	star?: string | null;
	hide?: string | null;
	thread?: string | null;
	expect: { items: Item[]; as_of: number };
}

const file = resolve("../chatlink-protocol/vectors/reducer.json");
const vectors: Vector[] = JSON.parse(readFileSync(file, "utf8"));

describe("the shared vectors of the reducer", () => {
	it("are there", () => expect(vectors.length).toBeGreaterThan(15));

	it.each(vectors)("$name", ({ me, snapshot, events, expire_at, expect: wanted, ...own }) => {
		let start: RoomState = { ...snapshot, fresh: {}, has_after: false };
		if (own.thread) start = { ...start, root: own.thread };
		if (own.star) start = star(start, own.star, true);
		if (own.hide) start = hide(start, own.hide);
		const end = events.reduce((state, event) => apply(state, event, me ?? "").state, start);
		const { items, as_of } = expire_at ? expire(end, Date.parse(expire_at)) : end;
		expect({ items, as_of }).toEqual(wanted);
	});
});
