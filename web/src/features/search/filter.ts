import type { SearchRequest } from "@/sdk";

/** What narrows a search: in which conversation, by whom, from and until which day (`2026-11-22`, the reader's own). */
export interface Filter {
	room?: string;
	by?: string;
	from?: string;
	until?: string;
}

/** The order in which they are shown. */
export const FILTERS = ["by", "room", "from", "until"] as const;

export const isNarrow = (filter: Filter): boolean => FILTERS.some((key) => filter[key]);

/** It would end before it begins. */
export const isUpsideDown = ({ from, until }: Filter): boolean => Boolean(from && until && from > until);

/** As the server is asked. The last day belongs to what is looked for; the server's end does not. */
export function asked({ room, by, from, until }: Filter): Partial<SearchRequest> {
	return {
		room_id: room,
		sender_id: by,
		from: from && midnight(from).toISOString(),
		until: until && midnight(until, 1).toISOString(),
	};
}

/** When a day begins where the reader is; `later`: so many days after it. */
export function midnight(day: string, later = 0): Date {
	const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
	return new Date(year, month - 1, date + later);
}

/** A day that there is, in years that are written with four digits. */
export function isDay(given: unknown): given is string {
	if (typeof given !== "string" || !/^\d{4}-\d\d-\d\d$/.test(given)) return false;
	const there = new Date(`${given}T00:00:00Z`);
	return !Number.isNaN(there.getTime()) && there.toISOString().startsWith(given);
}
