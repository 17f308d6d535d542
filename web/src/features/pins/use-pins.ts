import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useLiving } from "@/app/living";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Item, Room } from "@/sdk";
import { toast } from "@/ui/toast";

/** In a direct room both pin; in a group who keeps order there. */
export const mayPin = (room: Room) =>
	room.kind === "direct" ? !(room.pending?.by_me ?? false) : room.role !== "member";

/** The room's pinned messages, the one pinned last first. */
export function usePins(room: Room): Item[] {
	const query = useQuery({ queryKey: keys.pins(room.id), queryFn: () => api.timeline.pins(room.id) });
	return useLiving(query.data?.items ?? NONE);
}

const NONE: Item[] = [];

/** Pins a message, or takes its pin off. The change itself comes back as an event, as it does to everybody. */
export function usePin(room: Room) {
	const { t } = useTranslation();
	return useMutation({
		mutationFn: ({ item, pinned }: { item: Item; pinned: boolean }) =>
			pinned ? api.timeline.pin(room.id, item.id) : api.timeline.unpin(room.id, item.id),
		onError: (cause) => toast(sayError(t, cause)),
	});
}
