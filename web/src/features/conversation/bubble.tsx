import type { ReactNode } from "react";
import { cx } from "@/ui/cx";

/** The shape around a message: one's own at the right on the accent, others' at the left on paper. */
export function Bubble({
	own,
	first,
	failed,
	children,
}: {
	own: boolean;
	first: boolean;
	failed?: boolean;
	children: ReactNode;
}) {
	return (
		<div
			className={cx(
				"flow-root min-w-0 max-w-full rounded-l px-3.5 py-2",
				own ? "bg-accent-soft text-accent-ink" : "border border-line bg-surface",
				first && (own ? "rounded-se-s" : "rounded-ss-s"),
				failed && "outline-1 outline-danger",
			)}
		>
			{children}
		</div>
	);
}

export const bubbleRow = (own: boolean, first: boolean) =>
	cx(
		"group mx-auto flex w-full max-w-3xl items-end gap-1 px-4",
		own ? "flex-row-reverse" : "flex-row",
		first ? "pt-2" : "pt-0.5",
	);

export const bubbleWidth = "flex min-w-0 max-w-[min(34rem,82%)] flex-col";

/** Time and ticks: at the end of the last line where there is room, else below it. */
export const bubbleMeta = "float-end ms-3 mt-2 -mb-1 flex items-center gap-1 text-xs opacity-80";
