import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id, PublicFilter } from "@/sdk";
import { toast } from "@/ui/toast";

/** The public groups under the filters that are set. */
export function usePublicRooms() {
	const [filter, setFilter] = useState<PublicFilter>({});
	const query = useInfiniteQuery({
		queryKey: [...keys.publicRooms, filter],
		queryFn: ({ pageParam }) => api.waysIn.publicRooms(filter, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const set = (change: PublicFilter) => setFilter((before) => withoutEmpty({ ...before, ...change }));
	return {
		filter,
		set,
		filtered: Object.keys(filter).length > 0,
		clear: () => setFilter({}),
		query,
		rooms: query.data?.pages.flatMap((page) => page.items) ?? [],
	};
}

const withoutEmpty = (filter: PublicFilter): PublicFilter =>
	Object.fromEntries(Object.entries(filter).filter(([, value]) => value));

/** Comes into a public group, or asks those who lead it. */
export function useEnter(roomId: Id) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const navigate = useNavigate();
	return useMutation({
		mutationFn: () => api.waysIn.enter(roomId),
		onSuccess: async ({ room }) => {
			void client.invalidateQueries({ queryKey: keys.publicRooms });
			if (!room) return toast(t("publicGroups.askedDone"));
			client.setQueryData(keys.room(room.id), room);
			void client.invalidateQueries({ queryKey: keys.rooms });
			await navigate({ to: "/rooms/$roomId", params: { roomId: room.id } });
		},
		onError: (cause) => {
			toast(sayError(t, cause));
			void client.invalidateQueries({ queryKey: keys.publicRooms });
		},
	});
}

/** Asks no more to be let in. */
export function useStopAsking(roomId: Id) {
	const { t } = useTranslation();
	const client = useQueryClient();
	return useMutation({
		mutationFn: () => api.waysIn.stopAsking(roomId),
		onSuccess: () => void toast(t("publicGroups.takenBack")),
		onError: (cause) => void toast(sayError(t, cause)),
		onSettled: () => client.invalidateQueries({ queryKey: keys.publicRooms }),
	});
}
