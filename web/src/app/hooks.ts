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

/** The conversations that are not archived. */
export const useRooms = () => useRoomList(keys.rooms, false);

/** Those that are. */
export const useArchivedRooms = () => useRoomList(keys.archivedRooms, true);

function useRoomList(queryKey: readonly string[], archived: boolean) {
	const { positions } = useSignedIn().engine;
	const query = useInfiniteQuery({
		queryKey,
		queryFn: ({ pageParam }) => api.rooms.list(pageParam, archived),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const pages = query.data?.pages;
	// In the server's order, and in ours where a change is shown before the server says it.
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

export function useRequests() {
	const query = useInfiniteQuery({
		queryKey: keys.requests,
		queryFn: ({ pageParam }) => api.rooms.requests(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const pages = query.data?.pages;
	const rooms = useMemo(() => (pages ?? []).flatMap((page) => page.items), [pages]);
	const invitations = useMemo(() => (pages ?? []).flatMap((page) => page.invitations), [pages]);
	return { ...query, rooms, invitations };
}

/** How many first contacts wait for an answer, as far as they are known. */
export function useRequestCount(): number {
	const { rooms, invitations } = useRequests();
	return rooms.length + invitations.length;
}

/** A room; `null` once one is no member of it any more. */
export function useRoom(id: string, enabled = true) {
	const { rooms } = useRooms();
	const { positions } = useSignedIn().engine;
	return useQuery<Room | null>({
		select: (room) => room && withRead(room, positions.readHere(id)),
		queryKey: keys.room(id),
		queryFn: () => api.rooms.show(id),
		placeholderData: () => rooms.find((r) => r.id === id),
		enabled: (query) => enabled && query.state.data !== null,
	});
}
