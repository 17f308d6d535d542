import type { Id, Item, Outgoing } from "@/sdk";
import { type Row, rowsOf } from "../conversation/rows";

/**
 * What a thread shows, top to bottom: its first message, how much was said beneath it, and that. While older answers are
 * not loaded, or the first message is not known, it begins with the answers.
 */
export function threadRows(
	first: Item | undefined,
	items: Item[],
	outgoing: readonly Outgoing[],
	me: Id,
	dividerSeq: number | null,
): Row[] {
	const answers = rowsOf(items, outgoing, me, dividerSeq);
	if (!first) return answers;
	const top = rowsOf([first], [], me, null);
	const shown = new Set(top.map((row) => row.key));
	const count = Math.max(first.thread?.replies ?? 0, items.length);
	const line: Row[] = count > 0 ? [{ kind: "replies", key: "replies", count }] : [];
	return [...top, ...line, ...answers.filter((row) => !shown.has(row.key))];
}
