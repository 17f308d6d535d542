import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import type { Row } from "./rows";

const NEAR_PX = 48;
const LOAD_PX = 400;

interface ScrollOptions {
	rows: Row[];
	/** The newest seq of the timeline, when the window reaches it. */
	head: number;
	hasBefore: boolean;
	onTop: () => void;
	onSeen: (seq: number) => void;
}

/**
 * Scrolling that respects who reads back: new rows move the view only when it stands at the end; older rows appear above
 * without moving what is read; a count says what came meanwhile.
 */
export function useScroll({ rows, head, hasBefore, onTop, onSeen }: ScrollOptions) {
	const list = useRef<VirtualizerHandle>(null);
	const atEnd = useRef(true);
	const placed = useRef(false);
	const [away, setAway] = useState(false);
	const [missed, setMissed] = useState(0);
	const { shift, added } = useChange(rows);

	const tellSeen = useCallback(() => {
		if (document.visibilityState !== "visible" || !list.current || !placed.current) return;
		if (atEnd.current) return head > 0 ? onSeen(head) : undefined;
		const last = list.current.findItemIndex(list.current.scrollOffset + list.current.viewportSize - 1);
		const seq = seqAt(rows, last);
		if (seq > 0) onSeen(seq);
	}, [rows, head, onSeen]);

	const toEnd = useCallback(() => {
		list.current?.scrollToIndex(rows.length - 1, { align: "end" });
	}, [rows.length]);

	const onScroll = useCallback(() => {
		const view = list.current;
		if (!view || !placed.current) return;
		atEnd.current = view.scrollSize - view.viewportSize - view.scrollOffset <= NEAR_PX;
		setAway(!atEnd.current);
		if (atEnd.current) setMissed(0);
		if (view.scrollOffset < LOAD_PX && hasBefore) onTop();
		tellSeen();
	}, [hasBefore, onTop, tellSeen]);

	// The first rows: at the unread line if there is one, else at the end.
	useLayoutEffect(() => {
		if (placed.current || rows.length === 0) return;
		const unread = rows.findIndex((r) => r.kind === "unread");
		if (unread > 0) {
			atEnd.current = false;
			list.current?.scrollToIndex(unread, { align: "center" });
		} else toEnd();
		placed.current = true;
	}, [rows, toEnd]);

	useEffect(() => {
		if (added.length === 0) return;
		const own = added.some((r) => r.kind === "outgoing");
		if (own || atEnd.current) {
			atEnd.current = true;
			toEnd();
		} else setMissed((n) => n + added.filter((r) => r.kind === "message" && !r.own).length);
	}, [added, toEnd]);

	useEffect(() => {
		tellSeen();
		document.addEventListener("visibilitychange", tellSeen);
		return () => document.removeEventListener("visibilitychange", tellSeen);
	}, [tellSeen]);

	const onResize = useCallback(() => {
		if (atEnd.current && placed.current) toEnd();
		else onScroll();
	}, [toEnd, onScroll]);

	return { list, shift, away, missed, onScroll, onResize, toEnd };
}

/** What changed at either end since the render before. */
function useChange(rows: Row[]): { shift: boolean; added: Row[] } {
	const [state, setState] = useState({ rows, shift: false, added: [] as Row[] });
	if (state.rows === rows) return state;
	const known = new Set(state.rows.map((r) => r.key));
	const content = rows.filter((r) => r.kind !== "day" && r.kind !== "unread");
	const oldFirst = state.rows.find((r) => r.kind !== "day" && r.kind !== "unread");
	const shift =
		oldFirst !== undefined && content[0]?.key !== oldFirst.key && content.some((r) => r.key === oldFirst.key);
	const lastKnown = rows.findLastIndex((r) => known.has(r.key));
	const added = state.rows.length ? rows.slice(lastKnown + 1).filter((r) => r.kind !== "day") : [];
	const next = { rows, shift, added };
	setState(next);
	return next;
}

function seqAt(rows: Row[], from: number): number {
	for (let i = Math.min(from, rows.length - 1); i >= 0; i--) {
		const row = rows[i];
		if (row && "item" in row) return row.item.seq;
	}
	return 0;
}
