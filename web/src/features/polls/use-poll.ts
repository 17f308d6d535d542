import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useNow } from "@/app/living";
import { api } from "@/app/session";
import type { Id, Item, Room } from "@/sdk";
import { toast } from "@/ui/toast";

export const MIN_OPTIONS = 2;
export const MAX_OPTIONS = 12;
/** The longest option, in characters. */
export const OPTION_CHARS = 100;

/** Whether it takes no votes any more: it was closed, or its time is over, which no event tells. */
export const isOver = ({ body, tally }: Item, now = Date.now()) =>
	tally?.closed === true || (body.poll?.closes_at != null && Date.parse(body.poll.closes_at) <= now);

/** Whether the reader may close it: his own, and others' where he keeps order. The server has the last word. */
export const mayClose = (room: Pick<Room, "kind" | "role">, item: Item, own: boolean) =>
	item.body.poll !== undefined && (own || (room.kind === "group" && room.role !== "member"));

/** As `isOver`, and looks again when its time comes. */
export function useOver(item: Item): boolean {
	const closes = item.body.poll?.closes_at;
	return isOver(item, useNow(closes == null ? [] : [Date.parse(closes)]));
}

/** What one can do to a poll. The change itself comes back as an event, as it does to everybody. */
export function usePollActs(roomId: Id) {
	const { t } = useTranslation();
	const onError = (cause: unknown) => toast(sayError(t, cause));
	const vote = useMutation({
		mutationFn: ({ item, choices }: { item: Item; choices: number[] }) =>
			api.timeline.vote(roomId, item.id, choices),
		onError,
	});
	const close = useMutation({ mutationFn: (id: Id) => api.timeline.closePoll(roomId, id), onError });
	return { vote, close };
}
