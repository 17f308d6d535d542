import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";

export const LOCALES = ["en", "es", "de", "ja", "ar"] as const;
export type Locale = (typeof LOCALES)[number];
export type Direction = "ltr" | "rtl";

const KEY = "chatlink.locale";
const loaders: Record<Exclude<Locale, "en">, () => Promise<{ default: object }>> = {
	es: () => import("./es.json"),
	de: () => import("./de.json"),
	ja: () => import("./ja.json"),
	ar: () => import("./ar.json"),
};
/** What was asked for last: a slow load must not speak over a later choice. */
let wanted: Locale = "en";

/** Starts with the language that was chosen here before, else the browser's; English when its words cannot be had. */
export async function startI18n(): Promise<void> {
	await startWords();
	await speak(preferred()).catch(() => speak("en"));
}

/** Starts inside another's page, and leaves that page's own language alone. */
export async function startInside(locale: Locale | undefined): Promise<void> {
	await startWords();
	const chosen = locale ?? preferred();
	await load(chosen)
		.then(() => i18next.changeLanguage(chosen))
		.catch(() => {});
}

async function startWords(): Promise<void> {
	if (i18next.isInitialized) return;
	await i18next.use(initReactI18next).init({
		resources: { en: { translation: en } },
		lng: "en",
		fallbackLng: "en",
		interpolation: { escapeValue: false }, // React escapes.
		returnNull: false,
	});
}

/** Speaks this language from now on, on this device. Rejects, and changes nothing, when its words cannot be had. */
export async function setLocale(locale: Locale): Promise<void> {
	await speak(locale);
	try {
		localStorage.setItem(KEY, locale);
	} catch {
		// Then the browser's language is asked again next time.
	}
}

/** Whether a language was chosen on this device, and not only taken from the browser. */
export const hasChosenLocale = (): boolean => stored() !== undefined;

export const directionOf = (locale: string): Direction => (locale === "ar" ? "rtl" : "ltr");

async function speak(locale: Locale): Promise<void> {
	wanted = locale;
	await load(locale);
	if (wanted !== locale) return;
	await i18next.changeLanguage(locale);
	document.documentElement.lang = locale;
	document.documentElement.dir = directionOf(locale);
}

async function load(locale: Locale): Promise<void> {
	if (locale === "en" || i18next.hasResourceBundle(locale, "translation")) return;
	const words = await loaders[locale]();
	i18next.addResourceBundle(locale, "translation", words.default);
}

export function asLocale(tag: string | null | undefined): Locale | undefined {
	const base = tag?.toLowerCase().split("-")[0];
	return LOCALES.find((l) => l === base);
}

function preferred(): Locale {
	return stored() ?? navigator.languages.map(asLocale).find((l) => l !== undefined) ?? "en";
}

function stored(): Locale | undefined {
	try {
		return asLocale(localStorage.getItem(KEY));
	} catch {
		return undefined;
	}
}
