import { useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { useSignedIn } from "@/app/hooks";
import { patchRead } from "@/app/live";
import type { Id, Outgoing, Room, Window } from "@/sdk";
import { rowsOf } from "./rows";

/** The timeline of the open room: its rows, loading older ones, and telling how far the reader came. */
export function useTimeline(room: Room) {
	const { engine, me } = useSignedIn();
	const client = useQueryClient();
	const window = useStore(engine.timelines.store, (s) => s[room.id]);
	const outgoing = useStore(
		engine.store,
		useShallow((s) => s.outgoing.filter((m) => m.room_id === room.id)),
	);
	const dividerSeq = useDivider(room, window, me.id);
	const asked = room.pending != null && !room.pending.by_me;

	const { at } = useSearch({ strict: false }) as { at?: number };
	useEffect(() => {
		const opened = engine.timelines.open(room.id);
		// Who comes for one message is taken to it.
		if (at) void opened.then(() => engine.timelines.jump(room.id, at));
		void engine.positions.open(room.id);
	}, [engine, room.id, at]);

	const toEnd = useCallback(() => void engine.timelines.toEnd(room.id), [engine, room.id]);
	useFollowOwn(outgoing, window, toEnd);

	const items = window?.items;
	// What waits belongs after the newest, and nowhere in the past.
	const waiting = window?.has_after ? NONE : outgoing;
	const rows = useMemo(
		() => rowsOf(items ?? [], waiting, me.id, dividerSeq),
		[items, waiting, me.id, dividerSeq],
	);

	const seen = useCallback(
		(seq: number) => {
			// Looking at a request tells its sender nothing until it is accepted.
			if (asked) return;
			engine.positions.seen(room.id, seq);
			patchRead(client, room.id, seq);
		},
		[engine, client, room.id, asked],
	);

	return {
		window,
		rows,
		seen,
		toEnd,
		loadBefore: useCallback(() => void engine.timelines.loadBefore(room.id), [engine, room.id]),
		loadAfter: useCallback(() => void engine.timelines.loadAfter(room.id), [engine, room.id]),
		jump: useCallback((seq: number) => engine.timelines.jump(room.id, seq), [engine, room.id]),
		reload: useCallback(() => void engine.timelines.open(room.id), [engine, room.id]),
	};
}

const NONE: Outgoing[] = [];

/** Who writes while he looks at the past is taken to where it appears. */
function useFollowOwn(outgoing: Outgoing[], window: Window | undefined, toEnd: () => void): void {
	const newest = outgoing[outgoing.length - 1]?.client_id;
	const known = useRef(newest);
	const past = window?.has_after ?? false;
	useEffect(() => {
		if (newest && newest !== known.current && past) toEnd();
		known.current = newest;
	}, [newest, past, toEnd]);
}

/**
 * Where the reader was when the room opened, if something unread was there: the line stays while the counts go, and a
 * message that comes later does not get one. `null`: no line.
 */
function useDivider(room: Room, window: Window | undefined, me: Id): number | null {
	const [seq, setSeq] = useState<number | null>();
	if (seq === undefined && window?.status === "ready") {
		const unread = window.items.some(
			(i) => i.seq > room.read_seq && i.sender_id !== me && i.kind === "message",
		);
		setSeq(unread ? room.read_seq : null);
	}
	return seq ?? null;
}
