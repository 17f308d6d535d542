import { expect, it } from "vitest";
import { piecesOf } from "./pieces";

const shown = (text: string, highlights: number[][]) =>
	piecesOf(text, highlights)
		.map((p) => (p.marked ? `[${p.text}]` : p.text))
		.join("");

it("marks the places, counted in code points", () => {
	expect(
		shown("👍🏽 Köln, koln!", [
			[3, 7],
			[9, 13],
		]),
	).toBe("👍🏽 [Köln], [koln]!");
	expect(shown("明日は東京へ", [[3, 5]])).toBe("明日は[東京]へ");
	expect(shown("all of it", [[0, 9]])).toBe("[all of it]");
});

it("begins a long text shortly before the first place", () => {
	const long = `${"a".repeat(500)}here${"b".repeat(500)}`;
	const text = shown(long, [[500, 504]]);
	expect(text).toBe(`…${"a".repeat(40)}[here]${"b".repeat(236)}…`);
	expect(shown("b".repeat(300), [[0, 2]])).toBe(`[bb]${"b".repeat(278)}…`);
});
