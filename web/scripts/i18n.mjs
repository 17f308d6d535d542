// Holds the words to three rules: every locale has the same keys, in all plural forms of its language; every key that the
// code asks for is there; the placeholders of a translation are those of the English text.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const PLURAL = /_(zero|one|two|few|many|other)$/;

export function flatten(words, prefix = "") {
	return Object.entries(words).flatMap(([key, value]) =>
		typeof value === "string" ? [[prefix + key, value]] : flatten(value ?? {}, `${prefix}${key}.`),
	);
}

/** @returns {string[]} what is wrong */
export function judge(locales, sources) {
	const faults = [];
	const english = new Map(flatten(locales.en));
	// `too_few` ends like a plural form and is none: only what has an `_other` beside it counts as one.
	const baseOf = (key) => (english.has(`${key.replace(PLURAL, "")}_other`) ? key.replace(PLURAL, "") : key);
	const bases = new Set([...english.keys()].map(baseOf));
	for (const [locale, words] of Object.entries(locales)) {
		const flat = new Map(flatten(words));
		const categories = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
		for (const base of bases) {
			const plural = english.has(`${base}_other`);
			const wanted = plural ? categories.map((c) => `${base}_${c}`) : [base];
			for (const key of wanted) if (!flat.has(key)) faults.push(`${locale}: ${key} is missing`);
		}
		for (const [key, text] of flat) {
			const base = baseOf(key);
			if (!bases.has(base)) faults.push(`${locale}: ${key} is not in English`);
			const model = english.get(key) ?? english.get(`${base}_other`) ?? "";
			if (!/_(zero|one|two)$/.test(key) && placeholders(text) !== placeholders(model))
				faults.push(`${locale}: ${key} has other placeholders`);
		}
	}
	for (const { file, text } of sources)
		faults.push(
			...usesOf(text)
				.filter((use) => !isThere(use, bases))
				.map((use) => `${file}: ${use} has no words`),
		);
	return faults;
}

const placeholders = (text) =>
	[...text.matchAll(/{{\s*(\w+)/g)]
		.map((m) => m[1])
		.sort()
		.join();

/** The keys in calls of `t`; what is put in at run time stands as `*`. */
function usesOf(text) {
	const literal = [...text.matchAll(/\bt\(\s*"([^"]+)"/g)].map((m) => m[1]);
	const built = [...text.matchAll(/\bt\(\s*`([^`]+)`/g)].map((m) => m[1].replace(/\$\{[^}]*\}/g, "*"));
	return [...literal, ...built];
}

function isThere(use, bases) {
	if (!use.includes("*")) return bases.has(use);
	const pattern = new RegExp(
		`^${use
			.split("*")
			.map(RegExp.escape ?? ((s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
			.join("\\w+")}$`,
	);
	return [...bases].some((base) => pattern.test(base));
}

export function sourcesIn(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name))
		.map((file) => ({ file, text: readFileSync(file, "utf8") }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	const locales = readdirSync("src/i18n")
		.filter((name) => name.endsWith(".json"))
		.map((name) => [name.replace(".json", ""), JSON.parse(readFileSync(`src/i18n/${name}`, "utf8"))]);
	const faults = judge(Object.fromEntries(locales), sourcesIn("src"));
	for (const fault of faults) console.error(fault);
	console.log(
		faults.length
			? `i18n: ${faults.length} faults`
			: `i18n: no key is missing in ${locales.map(([name]) => name).join(", ")}`,
	);
	process.exit(faults.length ? 1 : 0);
}
