import { useEffect, useReducer } from "react";
import type { Item } from "@/sdk";
import { endOf, itemAt, whenPast } from "@/sdk/expiry";

/** An item as it is now: a message whose time has come shows no word of what it said. */
export function useItemNow(item: Item): Item;
export function useItemNow(item: Item | null | undefined): Item | undefined;
export function useItemNow(item: Item | null | undefined): Item | undefined {
	const now = useNow(item ? [endOf(item)] : []);
	return item ? itemAt(item, now) : undefined;
}

/** Of these messages the ones whose time has not come. */
export const useLiving = (items: readonly Item[]): Item[] => useUnended(items, endOf);

/** Of these the ones whose end, in milliseconds since the epoch, has not come. */
export function useUnended<T>(rows: readonly T[], endOf: (row: T) => number): T[] {
	const ends = rows.map(endOf);
	const now = useNow(ends);
	return rows.filter((_, at) => (ends[at] ?? 0) > now);
}

/** The time, told anew when one of these comes. Nobody else tells it: expiry makes no event. */
export function useNow(times: readonly number[]): number {
	const [, wake] = useReducer((n: number) => n + 1, 0);
	const now = Date.now();
	const next = Math.min(...times.filter((time) => time > now));
	useEffect(() => whenPast(next, wake), [next]);
	return now;
}
