import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSignedIn } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { asApiError, type Brief, briefOf, type Id, type Member, type Room } from "@/sdk";

/** A group's members, page by page. */
export function useMembers(roomId: string, enabled = true) {
	const query = useInfiniteQuery({
		queryKey: keys.members(roomId),
		queryFn: ({ pageParam }) => api.rooms.members(roomId, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
		enabled,
	});
	const members: Member[] = query.data?.pages.flatMap((p) => p.items) ?? [];
	return { ...query, members };
}

/** The people of a room by id, and their names; those who left are asked for, and one who is gone is somebody. */
export function usePeople(
	room: Room,
	place: string = room.id,
): {
	person: (id: Id) => Brief | undefined;
	nameOf: (id: Id) => string;
	/** Who is in it, as far as they are known here. */
	members: Brief[];
} {
	const { t } = useTranslation();
	const { me } = useSignedIn();
	const group = room.kind === "group";
	const { members, isSuccess } = useMembers(room.id, group);
	const peer = briefOf(room.peer);
	const known = useMemo(
		() =>
			new Map(
				[me, ...(peer ? [peer] : []), ...members.flatMap((m) => briefOf(m.user) ?? [])].map((p) => [p.id, p]),
			),
		[me, peer, members],
	);
	const { found: left, gone } = useFormer(place, known, group && isSuccess);
	const person = useCallback((id: Id) => known.get(id) ?? left.find((p) => p.id === id), [known, left]);
	// Of two people the one without a name is gone, or wants to look so.
	const peerId = room.peer?.id;
	const isGone = useCallback((id: Id) => (group ? gone.includes(id) : id === peerId), [group, gone, peerId]);
	const nameOf = useCallback(
		(id: Id) => person(id)?.display_name ?? t(isGone(id) ? "rooms.deletedPerson" : "people.someone"),
		[person, isGone, t],
	);
	const here = useMemo(() => [...known.values()], [known]);
	return { person, nameOf, members: here };
}

/** The people whom a timeline names and who are no members any more. */
function useFormer(place: string, known: Map<Id, Brief>, enabled: boolean): { found: Brief[]; gone: Id[] } {
	const { engine } = useSignedIn();
	const items = useStore(engine.timelines.store, (s) => s[place]?.items) ?? [];
	const named = new Set(items.flatMap((i) => [i.sender_id, ...(i.body.user_id ? [i.body.user_id] : [])]));
	const unknown = enabled ? [...named].filter((id) => !known.has(id)).slice(0, MOST_ASKED) : [];
	const { found, absent } = useQueries({
		queries: unknown.map((id) => ({
			queryKey: keys.user(id),
			queryFn: () => api.people.show(id),
			retry: false,
			staleTime: 300_000,
		})),
		combine: combineFormer,
	});
	// As one text: the same people are the same value at every render, so that names stay the same function.
	const gone = unknown.filter((_, at) => absent[at]).join(" ");
	return useMemo(() => ({ found, gone: gone ? gone.split(" ") : [] }), [found, gone]);
}

const MOST_ASKED = 30;
const combineFormer = (results: { data?: Brief; error: unknown }[]) => ({
	found: results.flatMap((r) => r.data ?? []),
	absent: results.map((r) => r.error !== null && asApiError(r.error).status === 404),
});
