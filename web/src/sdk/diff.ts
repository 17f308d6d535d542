import type { Span } from "./types";

/**
 * What changed between two texts, word by word, also where words stand without spaces: the twin of `diff` in
 * `chatlink-protocol`, for previews. Both are held to the same vectors.
 */
export function diff(from: string, to: string): Span[] {
	const [before, after] = [tokens(from), tokens(to)];
	let head = 0;
	while (head < before.length && head < after.length && before[head] === after[head]) head++;
	let [end, last] = [before.length, after.length];
	while (end > head && last > head && before[end - 1] === after[last - 1]) {
		end--;
		last--;
	}
	const [a, b] = [before.slice(head, end), after.slice(head, last)];
	const start = length(before.slice(0, head));
	const whole = [{ from: start, to: start + length(a), text: b.join("") }];
	if (!a.length && !b.length) return [];
	if (!a.length || !b.length || a.length * b.length > PAIRS) return whole;
	const found = joined(a, changes(a, b));
	return found.length > SPANS ? whole : found.map((change) => spanOf(change, start, a, b));
}

/** A piece of a text as a reader sees what changed: kept, taken out or put in. */
export interface Piece {
	kind: "kept" | "out" | "in";
	text: string;
}

/** The original with its changes, in reading order. */
export function pieces(original: string, spans: readonly Span[]): Piece[] {
	const signs = [...original];
	const found: Piece[] = [];
	const add = (kind: Piece["kind"], text: string) => {
		if (text) found.push({ kind, text });
	};
	let done = 0;
	for (const { from, to, text } of spans) {
		add("kept", signs.slice(done, from).join(""));
		add("out", signs.slice(from, to).join(""));
		add("in", text);
		done = Math.max(done, to);
	}
	add("kept", signs.slice(done).join(""));
	return found;
}

/** Changes beyond so many are told as one. */
const SPANS = 200;
/** Pairs of tokens that are compared at most. */
const PAIRS = 2_000_000;
const ZERO_WIDTH_JOINER = "\u200d";

/** The tokens `a[a0..a1]` give way to `b[b0..b1]`. */
interface Change {
	a0: number;
	a1: number;
	b0: number;
	b1: number;
}

/** What is not in the longest common run of tokens. Where two runs are as long, what goes comes first. */
function changes(a: string[], b: string[]): Change[] {
	const width = b.length + 1;
	const common = new Uint16Array((a.length + 1) * width);
	const at = (i: number, j: number) => common[i * width + j] ?? 0;
	for (let i = a.length - 1; i >= 0; i--)
		for (let j = b.length - 1; j >= 0; j--)
			common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
	const found: Change[] = [];
	let [i, j] = [0, 0];
	while (i < a.length || j < b.length) {
		const [a0, b0] = [i, j];
		while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
			const out = j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1));
			if (out) i++;
			else j++;
		}
		if (i > a0 || j > b0) found.push({ a0, a1: i, b0, b1: j });
		while (i < a.length && j < b.length && a[i] === b[j]) {
			i++;
			j++;
		}
	}
	return found;
}

/** Words that follow each other and change both are read as one change, with the space between them. */
function joined(a: string[], changes: Change[]): Change[] {
	const found: Change[] = [];
	for (const change of changes) {
		const last = found[found.length - 1];
		if (last && replaces(last) && replaces(change) && isSpace(a.slice(last.a1, change.a0))) {
			last.a1 = change.a1;
			last.b1 = change.b1;
		} else found.push({ ...change });
	}
	return found;
}

const replaces = ({ a0, a1, b0, b1 }: Change) => a0 < a1 && b0 < b1;
const isSpace = (kept: string[]) => kept.length === 1 && /^\p{White_Space}+$/u.test(kept[0] ?? "");

function spanOf({ a0, a1, b0, b1 }: Change, start: number, a: string[], b: string[]): Span {
	const from = start + length(a.slice(0, a0));
	return { from, to: from + length(a.slice(a0, a1)), text: b.slice(b0, b1).join("") };
}

/** In code points. */
const length = (tokens: string[]) => tokens.reduce((sum, token) => sum + [...token].length, 0);

type Kind = "word" | "flag" | "mark" | "other";

/** Cuts a text into its tokens: words; single signs where a script puts no spaces; everything else sign by sign. */
function tokens(text: string): string[] {
	const found: string[] = [];
	const signs = [...text];
	let last: Kind = "other";
	signs.forEach((sign, i) => {
		const kind = kindOf(sign);
		const before = signs[i - 1];
		if (before !== undefined && goesOn(last, before, kind, sign, signs[i + 1])) {
			found[found.length - 1] += sign;
			// A pair of flags is whole; a word goes on being one with its marks.
			if (last === "flag" && kind === "flag") last = "other";
		} else {
			found.push(sign);
			last = kind;
		}
	});
	return found;
}

/** Whether a sign belongs to the token before it, whose last sign is `before`. */
function goesOn(token: Kind, before: string, kind: Kind, sign: string, next: string | undefined): boolean {
	if (kind === "mark" || before === ZERO_WIDTH_JOINER) return true;
	if (token === kind && (kind === "word" || kind === "flag")) return true;
	// don't, l’heure
	const apostrophe = token === "word" && (sign === "'" || sign === "\u2019");
	return apostrophe && next !== undefined && kindOf(next) === "word";
}

function kindOf(sign: string): Kind {
	if (/^(?:\u200c|\u200d|[\u{1f3fb}-\u{1f3ff}]|\p{Mark})$/u.test(sign)) return "mark";
	if (/^[\u{1f1e6}-\u{1f1ff}]$/u.test(sign)) return "flag";
	return UNSPACED.test(sign) || !/^[\p{Alphabetic}\p{Number}]$/u.test(sign) ? "other" : "word";
}

/** Scripts that put no spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han. */
const UNSPACED =
	/^[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3fffd}]$/u;
