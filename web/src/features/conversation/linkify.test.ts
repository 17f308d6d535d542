import { expect, it } from "vitest";
import { pieces } from "./linkify";

const links = (text: string) => pieces(text).flatMap((p) => ("href" in p ? [p.href] : []));

it("finds web addresses without the punctuation around them", () => {
	expect(links("see https://example.org/a, (http://b.example/c) and https://d.example.")).toEqual([
		"https://example.org/a",
		"http://b.example/c",
		"https://d.example",
	]);
	expect(links("https://en.wikipedia.org/wiki/Seville_(city).")).toEqual([
		"https://en.wikipedia.org/wiki/Seville_(city)",
	]);
});

it("links nothing but http and https", () => {
	expect(
		links("javascript:alert(1) data:text/html,x ftp://a.example mailto:a@b.example //c.example https://"),
	).toEqual([]);
});

it("loses no character of the text", () => {
	const text = "a https://example.org/?q=<b>&x='y' b https://z.example";
	expect(
		pieces(text)
			.map((p) => p.text)
			.join(""),
	).toBe(text);
});
