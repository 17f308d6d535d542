import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { itemOf } from "@/sdk/reducer";
import { asked, type Filter, isUpsideDown } from "./filter";

/** Fewer characters are not looked for. */
export const FEWEST = 2;
const PAUSE_MS = 250;

/** What is found for the words that are typed, once the typing pauses. */
export function useSearch(filter: Filter, words: string) {
	const q = useSettled(words.trim());
	const complete = Array.from(q).length >= FEWEST && !isUpsideDown(filter);
	const query = useInfiniteQuery({
		queryKey: [...keys.search, filter, q],
		queryFn: ({ pageParam }) => api.timeline.search({ q, ...asked(filter), cursor: pageParam }),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
		// Something is always said meanwhile.
		staleTime: 0,
		enabled: complete,
	});
	const pages = query.data?.pages ?? [];
	const hits = useMemo(
		() =>
			(query.data?.pages ?? [])
				.flatMap((p) => p.items)
				.map(({ event, ...hit }) => ({ ...hit, item: itemOf(event) })),
		[query.data],
	);
	const { hasNextPage, isFetching, fetchNextPage } = query;
	// The server's time was up before it found a page: it goes on by itself.
	const cut = pages.length > 0 && pages[pages.length - 1]?.complete === false && hits.length === 0;
	useEffect(() => {
		if (cut && hasNextPage && !isFetching) void fetchNextPage();
	}, [cut, hasNextPage, isFetching, fetchNextPage]);
	return {
		query,
		hits,
		asked: complete,
		looking: query.isLoading || (cut && hasNextPage),
	};
}

function useSettled(value: string): string {
	const [settled, setSettled] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(value), PAUSE_MS);
		return () => clearTimeout(timer);
	}, [value]);
	return settled;
}
