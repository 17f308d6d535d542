import type { Locale } from "@/i18n";

/** The groups of the signs, in the order of the data. */
export const GROUPS = [
	"smileys",
	"people",
	"nature",
	"food",
	"travel",
	"activities",
	"objects",
	"symbols",
	"flags",
] as const;
export type GroupKey = (typeof GROUPS)[number];

export interface Emoji {
	sign: string;
	/** In the reader's language, as are the words that it is found by. */
	name: string;
	words: string;
	/** It may have a skin tone. */
	toned: boolean;
}

/** Light to dark; none: as the device shows it, yellow. */
export const TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"] as const;
export type Tone = (typeof TONES)[number];

type Lines = Promise<{ default: string[] }>;
const english = (): Lines => import("./data/en.json");
/** The widget is one file: it has the English names alone, for a third of what all of them weigh. */
const NAMES: Partial<Record<string, () => Lines>> = import.meta.env.VITE_ONE_FILE
	? {}
	: ({
			es: () => import("./data/es.json"),
			de: () => import("./data/de.json"),
			ja: () => import("./data/ja.json"),
			ar: () => import("./data/ar.json"),
		} satisfies Record<Exclude<Locale, "en">, () => Lines>);

/** All emoji by group, named in a language. What is loaded stays loaded. */
export async function loadEmoji(locale: string): Promise<Emoji[][]> {
	const [signs, names] = await Promise.all([import("./data/signs.json"), (NAMES[locale] ?? english)()]);
	return pair(signs.default, names.default);
}

/** The signs of each group, and one line for each sign: its name, then other words, parted by `|`. */
export function pair(groups: readonly string[], lines: readonly string[]): Emoji[][] {
	let at = 0;
	return groups.map((group) =>
		group.split(" ").map((mark) => {
			const [name = "", ...words] = (lines[at++] ?? "").split("|");
			const toned = mark.endsWith("+");
			return { sign: toned ? mark.slice(0, -1) : mark, name, words: fold([name, ...words].join(" ")), toned };
		}),
	);
}

/** An emoji in a tone, which stands after its first sign in place of the wish for a picture. */
export function inTone({ sign, toned }: Pick<Emoji, "sign" | "toned">, tone: Tone | null): string {
	if (!toned || !tone) return sign;
	const [first = ""] = sign;
	return first + tone + sign.slice(first.length).replace(/^\uFE0F/, "");
}

const MOST = 96;

/** The emoji whose name or words hold all that is asked for: those that begin with it before the others. */
export function find(groups: readonly Emoji[][], asked: string): Emoji[] {
	const query = fold(asked).trim();
	const parts = query.split(/\s+/).filter(Boolean);
	const hits = groups.flat().flatMap((emoji) => {
		if (!parts.every((part) => emoji.words.includes(part))) return [];
		const begun = parts.every((part) => ` ${emoji.words}`.includes(` ${part}`));
		return [{ emoji, rank: fold(emoji.name).startsWith(query) ? 0 : begun ? 1 : 2 }];
	});
	return hits
		.sort((a, b) => a.rank - b.rank)
		.slice(0, MOST)
		.map(({ emoji }) => emoji);
}

/** As the search of messages does: case and the marks of Latin letters do not count. */
const fold = (text: string) =>
	text
		.toLowerCase()
		.normalize("NFD")
		.replace(/(\p{Script=Latin})\p{M}+/gu, "$1")
		.normalize("NFC");
