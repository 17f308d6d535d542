/** What stands behind the question mark of our own addresses. Anything else there is passed over. */

import { type Filter, isDay } from "@/features/search/filter";

type Given = Record<string, unknown>;

/** Where in a conversation one wants to be: at a message of it, in a thread, at a message there. */
export interface PlaceIn {
	at?: number;
	thread?: string;
	said?: number;
}

export function placeIn({ at, thread, said }: Given): PlaceIn {
	return {
		...(isSeq(at) ? { at } : {}),
		...(typeof thread === "string" && thread ? { thread } : {}),
		...(isSeq(said) ? { said } : {}),
	};
}

const isSeq = (given: unknown): given is number =>
	typeof given === "number" && Number.isSafeInteger(given) && given > 0;

/** What is looked for, and what narrows it. */
export function wordsOf({ room, q, by, from, until }: Given): Filter & { q?: string } {
	return {
		...(typeof room === "string" && room ? { room } : {}),
		...(typeof by === "string" && by ? { by } : {}),
		...(isDay(from) ? { from } : {}),
		...(isDay(until) ? { until } : {}),
		// A number that was typed is read as one.
		...(typeof q === "string" || typeof q === "number" ? { q: String(q) } : {}),
	};
}
