import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { MatchFilter } from "@/sdk";

/** The suggested partners under the filters that are set. */
export function useMatches() {
	const [filter, setFilter] = useState<MatchFilter>({});
	const query = useInfiniteQuery({
		queryKey: [...keys.matches, filter],
		queryFn: ({ pageParam }) => api.people.matches(filter, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const settings = useQuery({ queryKey: keys.settings, queryFn: api.me.settings });
	const set = (change: MatchFilter) => setFilter((before) => withoutEmpty({ ...before, ...change }));
	const filtered = Object.keys(filter).length > 0;
	return {
		filter,
		set,
		filtered,
		/** One hides from those who look, and so finds nobody. */
		hidden: settings.data?.find_me === "nobody",
		clear: () => setFilter({}),
		query,
		matches: query.data?.pages.flatMap((p) => p.items) ?? [],
	};
}

const withoutEmpty = (filter: MatchFilter): MatchFilter =>
	Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
