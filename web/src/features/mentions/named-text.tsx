import type { ReactNode } from "react";
import { cx } from "@/ui/cx";
import { EVERYONE, namedPieces } from "./mentions";

/** Whose names stand out in a text, and which of them is the reader's. */
export interface Names {
	all: readonly string[];
	mine: string;
}

/** A text in which the names of those whom it names stand out, the reader's own most. */
export function NamedText({ text, names }: { text: string; names: Names }): ReactNode {
	return namedPieces(text, names.all).map((piece, i) =>
		piece.name ? (
			<span
				// biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
				key={i}
				className={cx(
					"font-semibold text-accent",
					(piece.name === names.mine || piece.name === EVERYONE) &&
						"rounded-s bg-accent-soft px-0.5 text-accent-ink",
				)}
			>
				{piece.text}
			</span>
		) : (
			piece.text
		),
	);
}
