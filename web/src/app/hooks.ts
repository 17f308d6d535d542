import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import type { Engine, Me, Notify, Room } from "@/sdk";
import { byActivity, withRead } from "@/sdk/rooms";
import { keys } from "./queries";
import { api, useSession } from "./session";

/** Inside the app: who is logged in, and the engine. Pages outside the app must not call it. */
export function useSignedIn(): { me: Me; engine: Engine } {
	const session = useSession((s) => s.session);
	if (session.kind !== "in") throw new Error("no session");
	return session;
}

export function useMe() {
	const { me } = useSignedIn();
	return useQuery({ queryKey: keys.me, queryFn: api.me.show, initialData: me }).data;
}

/** Of which messages one is told where a room says nothing else; it is loaded with the frame. */
export const useNotify = (): Notify =>
	useQuery({ queryKey: keys.settings, queryFn: api.me.settings, enabled: false }).data?.notify ?? "all";

export const useLocale = () => useTranslation().i18n.language;

export function useConnection() {
	const { engine } = useSignedIn();
	const connection = useStore(engine.store, (s) => s.connection);
	const everReady = useStore(engine.store, (s) => s.everReady);
	return { connection, everReady };
}

export function useRooms() {
	const { positions } = useSignedIn().engine;
	const query = useInfiniteQuery({
		queryKey: keys.rooms,
		queryFn: ({ pageParam }) => api.rooms.list(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const pages = query.data?.pages;
	// The server lists by activity alone.
	const rooms: Room[] = useMemo(
		() =>
			(pages ?? [])
				.flatMap((p) => p.items)
				.map((room) => withRead(room, positions.readHere(room.id)))
				.sort(byActivity),
		[pages, positions],
	);
	return { ...query, rooms, badge: query.data?.pages[0]?.badge ?? 0 };
}

export const useRequests = () => useQuery({ queryKey: keys.requests, queryFn: api.rooms.requests });

/** How many first contacts wait for an answer. */
export function useRequestCount(): number {
	const { data } = useRequests();
	return data ? data.items.length + data.invitations.length : 0;
}

/** A room; `null` once one is no member of it any more. */
export function useRoom(id: string) {
	const { rooms } = useRooms();
	const { positions } = useSignedIn().engine;
	return useQuery<Room | null>({
		select: (room) => room && withRead(room, positions.readHere(id)),
		queryKey: keys.room(id),
		queryFn: () => api.rooms.show(id),
		placeholderData: () => rooms.find((r) => r.id === id),
		enabled: (query) => query.state.data !== null,
	});
}
