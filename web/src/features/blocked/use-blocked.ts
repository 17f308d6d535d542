import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { create } from "zustand";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id, Item, Room } from "@/sdk";

/** So many pages of the list are read: beyond them a message is shown as it is. */
const MOST_PAGES = 10;

/** Whom one blocks; `pending`: it is not known yet. */
export function useBlocked(enabled = true): { blocked: ReadonlySet<Id>; pending: boolean } {
	const query = useInfiniteQuery({
		queryKey: keys.blockedIds,
		queryFn: ({ pageParam }) => api.people.blocks(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page, pages) => (pages.length < MOST_PAGES && page.next_cursor) || undefined,
		staleTime: Number.POSITIVE_INFINITY,
		enabled,
	});
	const { hasNextPage, isFetching, fetchNextPage } = query;
	useEffect(() => {
		if (enabled && hasNextPage && !isFetching) void fetchNextPage();
	}, [enabled, hasNextPage, isFetching, fetchNextPage]);
	const pages = query.data?.pages;
	const blocked = useMemo(
		() => new Set((pages ?? []).flatMap((page) => page.items).map(({ user }) => user.id)),
		[pages],
	);
	return { blocked, pending: enabled && query.isPending && query.failureCount === 0 };
}

/** The messages of blocked people that one looks at nevertheless, until the page is left. */
const useLookedAt = create<{ ids: ReadonlySet<Id> }>(() => ({ ids: new Set() }));

export function lookAt(id: Id, looked: boolean): void {
	useLookedAt.setState(({ ids }) => ({
		ids: new Set(looked ? [...ids, id] : [...ids].filter((other) => other !== id)),
	}));
}

/** How a message stands to the reader's blocks: `none`, `folded`, or `shown` although its sender is blocked. */
export type Fold = "none" | "folded" | "shown";

/**
 * In a group both stay, and the blocker sees the other's messages folded. The server tells all members the same, so each
 * page folds for its own reader. In a direct room there is nothing to fold: it is closed.
 */
export function useFolds(room: Room): { foldOf: (item: Item) => Fold; pending: boolean } {
	const group = room.kind === "group";
	const { blocked, pending } = useBlocked(group);
	const looked = useLookedAt((s) => s.ids);
	const foldOf = useMemo(
		() => (item: Item) => {
			if (!group || item.redacted || item.kind !== "message" || !blocked.has(item.sender_id)) return "none";
			return looked.has(item.id) ? "shown" : "folded";
		},
		[group, blocked, looked],
	);
	return { foldOf, pending };
}
