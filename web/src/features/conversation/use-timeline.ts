import { useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { PlaceIn } from "@/app/addresses";
import { useSignedIn } from "@/app/hooks";
import { patchRead, patchThreadRead } from "@/app/live";
import { type Id, type Item, type Outgoing, placeOf, type Room, type Window } from "@/sdk";
import { threadRows } from "../threads/thread-rows";
import { rowsOf } from "./rows";

/** A thread: its first message, and up to where one has read it. */
interface Beneath {
	root: Id;
	first?: Item;
	readSeq?: number;
}

/**
 * The timeline of the open room, or what stands beneath a message of it: its rows, loading older ones, and telling how far
 * the reader came. `covered`: something lies over it, so that it is not read.
 */
export function useTimeline(
	room: Room,
	{ beneath, covered = false }: { beneath?: Beneath; covered?: boolean } = {},
) {
	const root = beneath?.root;
	const place = placeOf(room.id, root);
	const { engine, me } = useSignedIn();
	const client = useQueryClient();
	const window = useStore(engine.timelines.store, (s) => s[place]);
	const outgoing = useStore(
		engine.store,
		useShallow((s) => s.outgoing.filter((m) => m.room_id === room.id && m.thread === root)),
	);
	const dividerSeq = useDivider(beneath ? beneath.readSeq : room.read_seq, window, me.id);
	const asked = room.pending != null && !room.pending.by_me;

	const search = useSearch({ strict: false }) as PlaceIn;
	const at = root === undefined ? search.at : search.said;
	useEffect(() => {
		const opened = engine.timelines.open(place);
		// Who comes for one message is taken to it.
		if (at) void opened.then(() => engine.timelines.jump(place, at));
		void engine.positions.open(room.id);
	}, [engine, room.id, place, at]);

	const toEnd = useCallback(() => void engine.timelines.toEnd(place), [engine, place]);
	useFollowOwn(outgoing, window, toEnd);

	const items = window?.items;
	// What waits belongs after the newest, and nowhere in the past.
	const waiting = window?.has_after ? NONE : outgoing;
	const first = window?.has_before ? undefined : beneath?.first;
	const rows = useMemo(
		() =>
			root === undefined
				? rowsOf(items ?? [], waiting, me.id, dividerSeq)
				: threadRows(first, items ?? [], waiting, me.id, dividerSeq),
		[root, first, items, waiting, me.id, dividerSeq],
	);

	const seen = useCallback(
		(seq: number) => {
			// Looking at a request tells its sender nothing until it is accepted.
			if (asked || covered) return;
			if (root === undefined) {
				engine.positions.seen(room.id, seq);
				patchRead(client, room.id, seq);
			} else {
				engine.positions.seenThread(room.id, root, seq);
				patchThreadRead(client, room.id, root, seq);
			}
		},
		[engine, client, room.id, root, asked, covered],
	);

	return {
		window,
		rows,
		seen,
		toEnd,
		loadBefore: useCallback(() => void engine.timelines.loadBefore(place), [engine, place]),
		loadAfter: useCallback(() => void engine.timelines.loadAfter(place), [engine, place]),
		jump: useCallback((seq: number) => engine.timelines.jump(place, seq), [engine, place]),
		reload: useCallback(() => void engine.timelines.open(place), [engine, place]),
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
function useDivider(readSeq: number | undefined, window: Window | undefined, me: Id): number | null {
	const [seq, setSeq] = useState<number | null>();
	if (seq === undefined && window?.status === "ready") {
		const unread = window.items.some(
			(i) => readSeq !== undefined && i.seq > readSeq && i.sender_id !== me && i.kind === "message",
		);
		setSeq(unread ? (readSeq ?? null) : null);
	}
	return seq ?? null;
}
