import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useSignedIn } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id } from "@/sdk";
import { toast } from "@/ui/toast";

/**
 * Opens the conversation with a person; the one that is there when there is one. `hello` waits there as
 * the draft, to be sent or changed.
 */
export function useOpenDirect() {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const navigate = useNavigate();
	const client = useQueryClient();
	return useMutation({
		mutationFn: ({ user }: { user: Id; hello?: string }) => api.rooms.openDirect(user),
		onSuccess: (room, { hello }) => {
			if (hello) engine.drafts.begin(room.id, hello);
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
			for (const queryKey of [
				keys.blocks,
				keys.matches,
				keys.rooms,
				keys.requests,
				keys.contactList,
				["user"],
				["room"],
			])
				void client.invalidateQueries({ queryKey });
			toast(blocked ? t("block.done") : t("block.undone"));
			onDone?.();
		},
		onError: (cause) => toast(sayError(t, cause)),
	});
}
