import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Asking, Id, Room } from "@/sdk";
import { toast } from "@/ui/toast";
import { leads } from "../groups/ranks";

/** Who asks to come into the group: nobody, where one does not lead it or nobody can ask. */
export function useAsking(room: Room) {
	const query = useInfiniteQuery({
		queryKey: keys.asking(room.id),
		queryFn: ({ pageParam }) => api.waysIn.asking(room.id, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
		enabled: room.kind === "group" && room.visibility === "public" && leads(room),
	});
	const asking: Asking[] = query.data?.pages.flatMap((page) => page.items) ?? [];
	return { query, asking };
}

/** Lets somebody in, or does not. */
export function useAnswer(roomId: Id) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const refresh = () =>
		Promise.all(
			[keys.asking(roomId), keys.members(roomId), keys.room(roomId)].map((queryKey) =>
				client.invalidateQueries({ queryKey }),
			),
		);
	const onError = (cause: unknown) => {
		toast(sayError(t, cause));
		void refresh();
	};
	return {
		letIn: useMutation({
			mutationFn: (user: Id) => api.waysIn.letIn(roomId, user),
			onSuccess: refresh,
			onError,
		}),
		turnAway: useMutation({
			mutationFn: (user: Id) => api.waysIn.turnAway(roomId, user),
			onSuccess: refresh,
			onError,
		}),
	};
}
