import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id } from "@/sdk";
import { toast } from "@/ui/toast";

/** Opens the conversation with a person; the one that is there when there is one. */
export function useOpenDirect() {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const client = useQueryClient();
	return useMutation({
		mutationFn: (user: Id) => api.rooms.openDirect(user),
		onSuccess: (room) => {
			client.setQueryData(keys.room(room.id), room);
			void client.invalidateQueries({ queryKey: keys.rooms });
			void navigate({ to: "/rooms/$roomId", params: { roomId: room.id } });
		},
		onError: (cause) => toast(sayError(t, cause)),
	});
}

export function useBlock(onDone?: () => void) {
	const { t } = useTranslation();
	const client = useQueryClient();
	return useMutation({
		mutationFn: ({ user, blocked }: { user: Id; blocked: boolean }) =>
			blocked ? api.people.block(user) : api.people.unblock(user),
		onSuccess: (_, { blocked }) => {
			for (const queryKey of [keys.blocks, keys.matches, keys.rooms, keys.requests, ["user"], ["room"]])
				void client.invalidateQueries({ queryKey });
			toast(blocked ? t("block.done") : t("block.undone"));
			onDone?.();
		},
		onError: (cause) => toast(sayError(t, cause)),
	});
}
