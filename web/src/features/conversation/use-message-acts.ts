import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { api } from "@/app/session";
import type { Id, Item } from "@/sdk";
import { toast } from "@/ui/toast";

/** What one can do to a message. The change itself comes back as an event, as it does to everybody. */
export function useMessageActs(roomId: Id) {
	const { t } = useTranslation();
	const onError = (cause: unknown) => toast(sayError(t, cause));
	const react = useMutation({
		mutationFn: ({ item, key }: { item: Item; key: string | null }) =>
			key
				? api.timeline.react(roomId, item.id, key)
				: api.timeline.unreact(roomId, item.id, item.my_reaction ?? ""),
		onError,
	});
	const edit = useMutation({
		mutationFn: ({ id, text }: { id: Id; text: string }) => api.timeline.edit(roomId, id, text),
		onError,
	});
	const redact = useMutation({ mutationFn: (id: Id) => api.timeline.redact(roomId, id), onError });
	const star = useMutation({
		mutationFn: (item: Item) =>
			item.starred ? api.mine.unstar(roomId, item.id) : api.mine.star(roomId, item.id),
		onError,
	});
	const hide = useMutation({ mutationFn: (id: Id) => api.mine.hide(roomId, id), onError });
	return { react, edit, redact, star, hide };
}
