import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { FollowedThread, Id } from "@/sdk";

/** The threads of a room that one follows, page by page, the one in which something was said last first. */
export function useThreads(roomId: Id) {
	const query = useInfiniteQuery({
		queryKey: keys.threads(roomId),
		queryFn: ({ pageParam }) => api.timeline.threads(roomId, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const pages = query.data?.pages;
	const threads: FollowedThread[] = useMemo(() => (pages ?? []).flatMap((page) => page.items), [pages]);
	const unread = useMemo(() => unreadOf(threads), [threads]);
	return { ...query, threads, unread };
}

/** The first messages of the threads in which there is something to read. */
export const unreadOf = (threads: readonly FollowedThread[]): ReadonlySet<Id> =>
	new Set(threads.filter((thread) => thread.unread > 0).map((thread) => thread.root.id));
