import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import type { Anchor } from "@/sdk";
import type { Row } from "./rows";

const NEAR_PX = 48;
const LOAD_PX = 400;

interface ScrollOptions {
	rows: Row[];
	/** The newest seq of the timeline, when the window reaches it. */
	head: number;
	hasBefore: boolean;
	/** Newer rows exist that are not shown: the end of the rows is not the end. */
	hasAfter: boolean;
	/** Where to begin; absent: at the unread line if there is one, else at the end. */
	anchor?: Anchor;
	onTop: () => void;
	onBottom: () => void;
	onSeen: (seq: number) => void;
}

/**
 * Scrolling that respects who reads back: new rows move the view only when it stands at the end; older rows appear above
 * without moving what is read; a count says what came meanwhile.
 */
export function useScroll(options: ScrollOptions) {
	const { rows, head, hasBefore, hasAfter, anchor, onTop, onBottom, onSeen } = options;
	const list = useRef<VirtualizerHandle>(null);
	const atEnd = useRef(true);
	const placed = useRef(false);
	const [away, setAway] = useState(false);
	const [missed, setMissed] = useState(0);
	const { shift, added } = useChange(rows, hasAfter);

	const tellSeen = useCallback(() => {
		if (document.visibilityState !== "visible" || !list.current || !placed.current) return;
		if (atEnd.current && head > 0) return onSeen(head);
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
		const below = view.scrollSize - view.viewportSize - view.scrollOffset;
		atEnd.current = below <= NEAR_PX && !hasAfter;
		setAway(!atEnd.current);
		if (atEnd.current) setMissed(0);
		if (view.scrollOffset < LOAD_PX && hasBefore) onTop();
		if (below < LOAD_PX && hasAfter) onBottom();
		tellSeen();
	}, [hasBefore, hasAfter, onTop, onBottom, tellSeen]);

	useLayoutEffect(() => {
		if (placed.current || rows.length === 0) return;
		const first = firstRow(rows, anchor);
		if (first > 0) {
			atEnd.current = false;
			list.current?.scrollToIndex(first, { align: "center" });
		} else toEnd();
		placed.current = true;
	}, [rows, anchor, toEnd]);

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

	return { list, shift, away: away || hasAfter, missed, onScroll, onResize, toEnd };
}

/** Where one begins to read; not above zero: at the end. */
function firstRow(rows: Row[], anchor: Anchor | undefined): number {
	if (anchor === "end") return -1;
	if (anchor === undefined) return rows.findIndex((r) => r.kind === "unread");
	return Math.max(
		1,
		rows.findIndex((r) => "item" in r && r.item.seq === anchor),
	);
}

/** What changed at either end since the render before. Rows that were only not shown before are not new. */
function useChange(rows: Row[], hasAfter: boolean): { shift: boolean; added: Row[] } {
	const [state, setState] = useState({ rows, hasAfter, shift: false, added: [] as Row[] });
	if (state.rows === rows && state.hasAfter === hasAfter) return state;
	const known = new Set(state.rows.map((r) => r.key));
	const content = rows.filter(isContent);
	const oldFirst = state.rows.find(isContent);
	const shift =
		oldFirst !== undefined && content[0]?.key !== oldFirst.key && content.some((r) => r.key === oldFirst.key);
	const lastKnown = rows.findLastIndex((r) => known.has(r.key));
	const isNews = state.rows.length > 0 && !state.hasAfter;
	const added = isNews ? rows.slice(lastKnown + 1).filter((r) => r.kind !== "day") : [];
	const next = { rows, hasAfter, shift, added };
	setState(next);
	return next;
}

const isContent = (row: Row) => row.kind !== "day" && row.kind !== "unread" && row.kind !== "replies";

function seqAt(rows: Row[], from: number): number {
	for (let i = Math.min(from, rows.length - 1); i >= 0; i--) {
		const row = rows[i];
		if (row && "item" in row) return row.item.seq;
	}
	return 0;
}
