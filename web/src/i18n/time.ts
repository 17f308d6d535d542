/** Time as people say it, in the reader's language and zone. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const locale = regional(language);
	const key = locale + JSON.stringify(options);
	const found = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
	formats.set(key, found);
	return found;
}

/**
 * The reader's own region, where it speaks the page's language: 14:30 in Britain, 2:30 PM in America. Days and digits are
 * those of the rest of the page, so that a date, a count and a code never stand in two writings.
 */
function regional(language: string): string {
	const own = navigator.languages.find((tag) => tag === language || tag.startsWith(`${language}-`));
	return new Intl.Locale(own ?? language, { calendar: "gregory", numberingSystem: "latn" }).toString();
}

export const relative = (language: string) =>
	new Intl.RelativeTimeFormat(regional(language), { numeric: "auto" });

export const clock = (at: string, locale: string) =>
	format(locale, { timeStyle: "short" }).format(new Date(at));

/** What a clock shows there now; nothing where the browser does not know the zone. */
export function clockIn(zone: string, locale: string, now = new Date()): string | null {
	try {
		return format(locale, { timeStyle: "short", timeZone: zone }).format(now);
	} catch {
		return null;
	}
}

export const moment = (at: string, locale: string) =>
	format(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));

export const dateOf = (day: Date, locale: string) => format(locale, { dateStyle: "medium" }).format(day);

export const dayKey = (at: string) => {
	const d = new Date(at);
	return `${d.getFullYear()}-${d.getMonth() + 1}-${d.getDate()}`;
};

/** Today, yesterday, a weekday within the week, else the date. */
export function dayName(at: string, locale: string, now = new Date()): string {
	const days = daysBetween(new Date(at), now);
	if (days >= 0 && days < 2) return capital(relative(locale).format(-days, "day"));
	if (days > 0 && days < 7) return capital(format(locale, { weekday: "long" }).format(new Date(at)));
	const sameYear = new Date(at).getFullYear() === now.getFullYear();
	return format(locale, sameYear ? { day: "numeric", month: "long" } : { dateStyle: "long" }).format(
		new Date(at),
	);
}

/** For lists: the hour today, the weekday within the week, else a short date. */
export function shortTime(at: string, locale: string, now = new Date()): string {
	const days = daysBetween(new Date(at), now);
	if (days <= 0) return clock(at, locale);
	if (days < 7) return format(locale, { weekday: "short" }).format(new Date(at));
	return format(locale, { day: "numeric", month: "numeric", year: "2-digit" }).format(new Date(at));
}

/** "5 minutes ago". */
export function ago(at: string, locale: string, now = Date.now()): string {
	const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
	const words = relative(locale);
	if (seconds < 60) return words.format(0, "minute");
	if (seconds < 3600) return words.format(-Math.floor(seconds / 60), "minute");
	if (seconds < 86_400) return words.format(-Math.floor(seconds / 3600), "hour");
	return words.format(-Math.floor(seconds / 86_400), "day");
}

const UNITS = [
	["day", 86_400],
	["hour", 3600],
	["minute", 60],
	["second", 1],
] as const;

/** "7 days", in the largest unit that leaves no rest. */
export function duration(seconds: number, locale: string): string {
	const [unit, size] = UNITS.find(([, size]) => seconds % size === 0) ?? ["second", 1];
	const options = { style: "unit", unit, unitDisplay: "long" } as const;
	return new Intl.NumberFormat(regional(locale), options).format(Math.round(seconds / size));
}

/** The names of the months, for the birth date. */
export function monthNames(locale: string): string[] {
	const names = format(locale, { month: "long", timeZone: "UTC" });
	return Array.from({ length: 12 }, (_, month) => names.format(Date.UTC(2024, month, 15)));
}

function daysBetween(from: Date, to: Date): number {
	const day = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
	return Math.round((day(to) - day(from)) / 86_400_000);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
