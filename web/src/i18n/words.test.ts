import { expect, it } from "vitest";
// @ts-expect-error A plain script; it is judged here so that it judges rightly.
import { judge } from "../../scripts/i18n.mjs";
import { languageName, listCountries, listLanguages } from "./names";
import { dayName, shortTime } from "./time";

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

it("says days as people do", () => {
	const now = new Date("2026-11-22T12:00:00");
	expect(dayName("2026-11-22T08:00:00", "en", now)).toBe("Today");
	expect(dayName("2026-11-21T23:59:00", "es", now)).toBe("Ayer");
	expect(dayName("2026-11-18T08:00:00", "en", now)).toBe("Wednesday");
	expect(dayName("2025-01-05T08:00:00", "en", now)).toContain("2025");
	expect(shortTime("2026-11-18T08:00:00", "en", now)).toBe("Wed");
});
