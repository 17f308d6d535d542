import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { diff, pieces } from "./diff";
import type { Span } from "./types";

const file = resolve("../chatlink-protocol/vectors/diff.json");
const vectors: { from: string; to: string; spans: Span[] }[] = JSON.parse(readFileSync(file, "utf8"));

describe("the shared vectors of the diff", () => {
	it("are there", () => expect(vectors.length).toBeGreaterThan(25));

	it.each(vectors)("$from → $to", ({ from, to, spans }) => {
		expect(diff(from, to)).toEqual(spans);
		const shown = pieces(from, spans);
		const text = (out: string) => shown.flatMap((p) => (p.kind === out ? [] : [p.text])).join("");
		expect([text("in"), text("out")]).toEqual([from, to]);
	});
});
