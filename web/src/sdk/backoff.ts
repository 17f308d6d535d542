export interface Backoff {
	base: number;
	cap: number;
}

/**
 * Full jitter: a time drawn evenly from nothing to the grown bound, so that ten thousand clients that fell together do
 * not come back together. A tenth of the base is kept as a floor, against a busy loop.
 */
export function fullJitter(
	attempt: number,
	{ base, cap }: Backoff,
	random: () => number = Math.random,
): number {
	const bound = Math.min(cap, base * 2 ** Math.min(attempt, 20));
	return Math.max(base / 10, random() * bound);
}
