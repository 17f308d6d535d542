import { expect, it } from "vitest";
import { LOCALES } from "@/i18n";
import { find, GROUPS, inTone, loadEmoji, pair } from "./emoji";
import { keepRecent, recentOf } from "./kept";
import { step } from "./steps";

const hand = { sign: "☝️", toned: true };

it("has a name for each sign in every language, and a group for each heading", async () => {
	const english = (await loadEmoji("en")).flat();
	expect(english.length).toBeGreaterThan(1500);
	for (const locale of LOCALES) {
		const groups = await loadEmoji(locale);
		expect(groups).toHaveLength(GROUPS.length);
		expect(groups.flat().every((emoji) => emoji.name && emoji.sign)).toBe(true);
	}
	expect(new Set(english.map((emoji) => emoji.sign)).size).toBe(english.length);
	// A reaction has 64 bytes at most.
	const bytes = new TextEncoder();
	expect(Math.max(...english.map((e) => bytes.encode(inTone(e, "🏿")).length))).toBeLessThanOrEqual(64);
});

it("finds by name and by other words, in the language of the page, what begins so first", async () => {
	const first = (groups: Awaited<ReturnType<typeof loadEmoji>>, asked: string) =>
		find(groups, asked)[0]?.sign;
	expect(first(await loadEmoji("en"), "rocket")).toBe("🚀");
	expect(first(await loadEmoji("es"), "corazon rojo")).toBe("❤️");
	expect(first(await loadEmoji("de"), "RAKETE")).toBe("🚀");
	expect(first(await loadEmoji("ja"), "ロケット")).toBe("🚀");
	expect(first(await loadEmoji("ar"), "صاروخ")).toBe("🚀");
	expect(find(await loadEmoji("en"), "no such thing")).toEqual([]);
});

it("puts a tone after the first sign", () => {
	expect(inTone(hand, "🏽")).toBe("☝🏽");
	expect(inTone({ sign: "🕵️‍♀️", toned: true }, "🏿")).toBe("🕵🏿‍♀️");
	expect(inTone({ sign: "🚀", toned: false }, "🏿")).toBe("🚀");
	expect(inTone(hand, null)).toBe("☝️");
	expect(pair(["👍+ 🚀"], ["thumbs up|like", "rocket"])).toEqual([
		[
			{ sign: "👍", name: "thumbs up", words: "thumbs up like", toned: true },
			{ sign: "🚀", name: "rocket", words: "rocket", toned: false },
		],
	]);
});

it("steps over lines and groups, and out at the top", () => {
	const sizes = [10, 3];
	expect(step(sizes, { group: 0, index: 0 }, "up")).toBeNull();
	expect(step(sizes, { group: 0, index: 1 }, "down")).toEqual({ group: 0, index: 9 });
	expect(step(sizes, { group: 0, index: 7 }, "down"), "the last line is shorter").toEqual({
		group: 0,
		index: 9,
	});
	expect(step(sizes, { group: 0, index: 9 }, "down")).toEqual({ group: 1, index: 1 });
	expect(step(sizes, { group: 1, index: 2 }, "up")).toEqual({ group: 0, index: 9 });
	expect(step(sizes, { group: 0, index: 9 }, "next")).toEqual({ group: 1, index: 0 });
	expect(step(sizes, { group: 1, index: 0 }, "before")).toEqual({ group: 0, index: 9 });
	expect(step(sizes, { group: 1, index: 2 }, "next")).toEqual({ group: 1, index: 2 });
});

it("remembers what was used last, each once, and passes over what is broken", () => {
	for (const sign of ["🚀", "🎉", "🚀"]) keepRecent("me", sign);
	expect(recentOf("me")).toEqual(["🚀", "🎉"]);
	localStorage.setItem("chatlink.emoji.me", "{");
	expect(recentOf("me")).toEqual([]);
});
