import i18next from "i18next";
import { expect, it } from "vitest";
// @ts-expect-error A plain script; it is judged here so that it judges rightly.
import { judge as judgeComponents } from "../../scripts/components.mjs";
// @ts-expect-error As above.
import { judge } from "../../scripts/i18n.mjs";
import { directionOf, LOCALES, setLocale } from ".";
import { plainDigits } from "./digits";
import { languageName, listCountries, listLanguages } from "./names";
import { ago, dayName, monthNames, shortTime } from "./time";

const en = { a: "one", n_one: "{{count}} thing", n_other: "{{count}} things" };
const es = { a: "uno", n_one: "{{count}} cosa", n_many: "{{count}} cosas", n_other: "{{count}} cosas" };
const source = (text: string) => [{ file: "x.tsx", text }];

it("finds keys that a language lacks, plural forms too, and placeholders that differ", () => {
	expect(judge({ en, es }, source(`t("a") t(\`n\`)`))).toEqual([]);
	expect(judge({ en, es: { ...es, a: undefined } }, [])).toHaveLength(1);
	const { n_many: _, ...fewer } = es;
	expect(judge({ en, es: fewer }, [])).toEqual(["es: n_many is missing"]);
	expect(judge({ en, es: { ...es, n_other: "cosas" } }, [])).toEqual(["es: n_other has other placeholders"]);
	expect(judge({ en, es: { ...es, b: "dos" } }, [])).toEqual(["es: b is not in English"]);
});

it("finds uses without words, built ones too", () => {
	expect(judge({ en, es }, source(`t("b") t(\`c.\${x}\`)`))).toEqual([
		"x.tsx: b has no words",
		"x.tsx: c.* has no words",
	]);
});

it("names languages and countries in the reader's language", () => {
	expect(languageName("es", "en")).toBe("Spanish");
	expect(languageName("es", "es")).toBe("Español");
	expect(listLanguages("en").length).toBeGreaterThan(150);
	expect(listCountries("es").find((c) => c.code === "DE")?.name).toBe("Alemania");
});

it("takes digits from every keyboard", () => {
	expect(plainDigits("١٢٣٤٥٦")).toBe("123456");
	expect(plainDigits("۷۸۹ ０１９ 42")).toBe("789 019 42");
	expect(plainDigits("＋８１ 90")).toBe("+81 90");
});

it("says days as people do", () => {
	const now = new Date("2026-11-22T12:00:00");
	expect(dayName("2026-11-22T08:00:00", "en", now)).toBe("Today");
	expect(dayName("2026-11-21T23:59:00", "es", now)).toBe("Ayer");
	expect(dayName("2026-11-18T08:00:00", "en", now)).toBe("Wednesday");
	expect(dayName("2025-01-05T08:00:00", "en", now)).toContain("2025");
	expect(shortTime("2026-11-18T08:00:00", "en", now)).toBe("Wed");
});

it("finds text that stands in a component, and styles that have a side", () => {
	const faults = (text: string) => judgeComponents([{ file: "x.tsx", text }]);
	expect(faults(`<p className="ms-2 rounded-l">{t("a")} · ChatLink</p>`)).toEqual([]);
	expect(faults(`<p>Hello</p>`)).toEqual(["x.tsx:1: “Hello” is not in the words"]);
	expect(faults(`<p>{ready ? "Yes" : t("no")}</p>`)).toHaveLength(1);
	expect(faults(`<b aria-label={\`More of \${name}\`} />`)).toHaveLength(1);
	expect(faults(`<b title="Close" data-state="open" />`)).toHaveLength(1);
	expect(faults(`<p className={cx("p-2 md:ml-4", on && "-right-2")} />`)).toEqual([
		"x.tsx:1: md:ml-4 says left or right",
		"x.tsx:1: -right-2 says left or right",
	]);
});

it("speaks every language it offers, in its direction and with its plural forms", async () => {
	for (const locale of LOCALES) {
		await setLocale(locale);
		expect(document.documentElement.lang).toBe(locale);
		expect(document.documentElement.dir).toBe(directionOf(locale));
	}
	expect(document.documentElement.dir).toBe("rtl");
	const counted = [1, 2, 3, 11, 100].map((count) => i18next.t("conversation.newMessages", { count }));
	expect(new Set(counted).size).toBe(5);
	await setLocale("en");
	expect(document.documentElement.dir).toBe("ltr");
});

it("stays with the language chosen last, however long the others take to load", async () => {
	await Promise.all([setLocale("de"), setLocale("ja"), setLocale("en")]);
	expect(i18next.language).toBe("en");
});

it("writes digits and months alike in all languages: 5, not ٥, and no other calendar", () => {
	const now = Date.parse("2026-11-22T12:00:00Z");
	expect(ago("2026-11-22T11:30:00Z", "ar", now)).toContain("30");
	expect(monthNames("ar")[3]).toBe("أبريل");
	expect(monthNames("ja")[3]).toBe("4月");
});
