/** A piece of a text, marked or not. */
export interface Piece {
	text: string;
	marked: boolean;
}

/** So much stands before the first place that is marked. */
const LEAD = 40;
/** So much of a message is shown. */
const MOST = 280;

/**
 * A message's text cut at the places where the words stand, which the server counts in code points. A long one begins
 * shortly before the first of them.
 */
export function piecesOf(text: string, highlights: readonly (readonly number[])[]): Piece[] {
	const points = Array.from(text);
	const first = highlights[0]?.[0] ?? 0;
	const from = points.length > MOST && first > LEAD ? first - LEAD : 0;
	const to = Math.min(points.length, from + MOST);
	const pieces: Piece[] = [];
	const push = (start: number, end: number, marked: boolean) => {
		const piece = points.slice(Math.max(start, from), Math.min(end, to)).join("");
		if (piece) pieces.push({ text: piece, marked });
	};
	let at = from;
	for (const [start = 0, end = 0] of highlights) {
		push(at, start, false);
		push(start, end, true);
		at = Math.max(at, end);
	}
	push(at, to, false);
	if (from > 0) pieces.unshift({ text: "…", marked: false });
	if (to < points.length) pieces.push({ text: "…", marked: false });
	return pieces;
}
