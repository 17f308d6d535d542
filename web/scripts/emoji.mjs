// The emoji and their names in the languages of the pages, from Unicode's own data into src/features/emoji/data, which is
// committed: the packages are 150 MB and the outcome changes once a year. To renew it:
//   npm install --no-save unicode-emoji-json@0.9 cldr-annotations-full@48 cldr-annotations-derived-full@48
//   node scripts/emoji.mjs
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);
/** What is newer is a hollow box on too many devices. */
const NEWEST = 15.1;
/** So many other words an emoji is found by. */
const MOST_WORDS = 8;
const TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"];
const OUT = new URL("../src/features/emoji/data/", import.meta.url);

const groups = load("unicode-emoji-json/data-by-group.json").map(({ emojis }) =>
	emojis.filter((emoji) => Number(emoji.emoji_version) <= NEWEST),
);

/** Signs of one person take a tone after the first sign; of two people each has its own, and those stay as they are. */
function takesTone({ emoji, skin_tone_support, skin_tone_support_unicode_version }) {
	if (!skin_tone_support || Number(skin_tone_support_unicode_version) > NEWEST) return false;
	const people = [...emoji].filter((sign) => /\p{Emoji_Modifier_Base}/u.test(sign));
	return (
		people.length === 1 && /^\p{Emoji_Modifier_Base}/u.test(emoji) && !TONES.some((t) => emoji.includes(t))
	);
}

/** A plus after an emoji: it takes a tone. */
const signs = groups.map((group) => group.map((e) => (takesTone(e) ? `${e.emoji}+` : e.emoji)).join(" "));
write("signs.json", signs);

const locales = readdirSync(new URL("../src/i18n/", import.meta.url)).filter((name) =>
	name.endsWith(".json"),
);
for (const file of locales) {
	const locale = file.replace(".json", "");
	const said = {
		...load(`cldr-annotations-full/annotations/${locale}/annotations.json`).annotations.annotations,
		...load(`cldr-annotations-derived-full/annotationsDerived/${locale}/annotations.json`).annotationsDerived
			.annotations,
	};
	const line = ({ emoji, name }) => {
		const words = said[emoji] ?? said[emoji.replaceAll("\uFE0F", "")];
		const called = words?.tts?.[0] ?? name;
		const others = (words?.default ?? []).filter(
			(word) => !called.toLowerCase().includes(word.toLowerCase()),
		);
		return [called, ...others.slice(0, MOST_WORDS)].join("|");
	};
	write(file, groups.flat().map(line));
}

function write(name, value) {
	writeFileSync(new URL(name, OUT), `${JSON.stringify(value, null, "\t")}\n`);
}
