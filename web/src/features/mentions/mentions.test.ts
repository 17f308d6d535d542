import { expect, it } from "vitest";
import type { Brief } from "@/sdk";
import { begunName, fitting, namedPieces, namingOf } from "./mentions";

const ana: Brief = { id: "ana", username: "ana_torres", display_name: "Ana Torres" };
const ben: Brief = { id: "ben", username: "ben.carter", display_name: "Ben Carter" };
const people = [ana, ben];

it("finds whom a text names, each once", () => {
	expect(namingOf("@ana_torres and @Ben.Carter, @ana_torres", people, false).mentions).toEqual([
		"ana",
		"ben",
	]);
	expect(namingOf("ask @ben.carter.", people, false).mentions).toEqual(["ben"]);
	expect(namingOf("write to x@ana_torres or @nobody_here", people, false).mentions).toEqual([]);
});

it("names all where one may", () => {
	expect(namingOf("@everyone, come", people, true)).toEqual({ mentions: [], all: true });
	expect(namingOf("@everyone, come", people, false).all).toBe(false);
});

it("lets the names of a text stand alone, and loses no character", () => {
	const text = "hi @Ana_torres, x@ana_torres and @ben.carter. @everyone!";
	const pieces = namedPieces(text, ["ana_torres", "ben.carter", "everyone"]);
	expect(pieces.flatMap((p) => p.name ?? [])).toEqual(["ana_torres", "ben.carter", "everyone"]);
	expect(pieces.map((p) => p.text).join("")).toBe(text);
	expect(namedPieces("nobody", [])).toEqual([{ text: "nobody" }]);
});

it("sees the beginning of a name before the cursor", () => {
	expect(begunName("hello @an", 9)).toEqual({ at: 6, word: "an" });
	expect(begunName("hello @", 7)).toEqual({ at: 6, word: "" });
	expect(begunName("hello @an there", 15)).toBeNull();
	expect(begunName("x@an", 4)).toBeNull();
	expect(fitting(people, "car")).toEqual([ben]);
	expect(fitting(people, "")).toEqual(people);
});
