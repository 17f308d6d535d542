import type { ReactNode } from "react";
import { NamedText, type Names } from "../mentions/named-text";

const LINK = /https?:\/\/[^\s<>"'`]+/gi;
const TRAILING = /[.,;:!?)\]}'"…»]+$/;

export type Piece = { text: string } | { href: string; text: string };

/** Splits a text at its web addresses. Only http and https become links; all else stays text. */
export function pieces(text: string): Piece[] {
	const found: Piece[] = [];
	let from = 0;
	for (const match of text.matchAll(LINK)) {
		const link = trimmed(match[0]);
		if (!isWebAddress(link)) continue;
		if (match.index > from) found.push({ text: text.slice(from, match.index) });
		found.push({ href: link, text: link });
		from = match.index + link.length;
	}
	if (from < text.length) found.push({ text: text.slice(from) });
	return found;
}

export function Linkified({ text, names }: { text: string; names?: Names }): ReactNode {
	return pieces(text).map((piece, i) =>
		"href" in piece ? (
			<a
				// biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
				key={i}
				dir="ltr"
				href={piece.href}
				target="_blank"
				rel="noopener noreferrer"
				className="wrap-anywhere text-accent underline underline-offset-2"
			>
				{piece.text}
			</a>
		) : names?.all.length ? (
			// biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
			<NamedText key={i} text={piece.text} names={names} />
		) : (
			piece.text
		),
	);
}

/** Without the punctuation of the sentence around it; a bracket that the address itself opened stays. */
function trimmed(link: string): string {
	const bare = link.replace(TRAILING, "");
	const open = (bare.match(/\(/g) ?? []).length - (bare.match(/\)/g) ?? []).length;
	return open > 0 && link[bare.length] === ")" ? `${bare})` : bare;
}

function isWebAddress(link: string): boolean {
	try {
		const { protocol, hostname } = new URL(link);
		return (protocol === "https:" || protocol === "http:") && hostname.length > 0;
	} catch {
		return false;
	}
}
