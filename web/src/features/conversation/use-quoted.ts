import { useQuery } from "@tanstack/react-query";
import { useStore } from "zustand";
import { useSignedIn } from "@/app/hooks";
import { useItemNow } from "@/app/living";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id, Item } from "@/sdk";
import type { Place } from "@/sdk/places";
import { useConversation } from "./context";

/** The message that another one answers: from the window, or asked for when it stands outside. */
export function useQuoted(id: Id): Item | undefined {
	const { items, room } = useConversation();
	return useOutside(
		room.id,
		id,
		items.find((item) => item.id === id),
	).item;
}

/** A message of a room's main timeline; `pending`: it is not known yet whether there is one. */
export function useItem(roomId: Id, id: Id): Found {
	const { engine } = useSignedIn();
	const shown = useStore(engine.timelines.store, (s) => s[roomId]?.items.find((item) => item.id === id));
	return useOutside(roomId, id, shown);
}

/** The message that a draft answers, if it answers one; `place`: where it is written. */
export function useAnswered(place: Place, roomId: Id, id: Id): Found {
	const { engine } = useSignedIn();
	const shown = useStore(engine.timelines.store, (s) => s[place]?.items.find((item) => item.id === id));
	return useOutside(roomId, id, shown);
}

interface Found {
	item: Item | undefined;
	pending: boolean;
}

function useOutside(roomId: Id, id: Id, shown: Item | undefined): Found {
	const asked = useQuery({
		queryKey: keys.message(roomId, id),
		queryFn: () => api.timeline.message(roomId, id),
		enabled: shown === undefined && id !== "",
		// The room's events say when it changes; its own end comes without one, and nobody need be asked for it.
		staleTime: Number.POSITIVE_INFINITY,
	});
	return {
		item: useItemNow(shown ?? asked.data),
		pending: shown === undefined && id !== "" && asked.isPending,
	};
}
