import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { markGone } from "@/app/live";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id } from "@/sdk";
import { toast } from "@/ui/toast";

/** Answering a first contact. */
export function useAnswerRequest(roomId: Id) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const navigate = useNavigate();
	const refresh = () =>
		Promise.all(
			[keys.requests, keys.rooms, keys.room(roomId)].map((queryKey) =>
				client.invalidateQueries({ queryKey }),
			),
		);
	const onError = (cause: unknown) => toast(sayError(t, cause));
	const accept = useMutation({ mutationFn: () => api.rooms.accept(roomId), onSuccess: refresh, onError });
	const decline = useMutation({
		mutationFn: () => api.rooms.decline(roomId),
		onSuccess: async () => {
			await navigate({ to: "/rooms" });
			markGone(client, roomId);
			await Promise.all(
				[keys.requests, keys.rooms].map((queryKey) => client.invalidateQueries({ queryKey })),
			);
			toast(t("requests.declined"));
		},
		onError,
	});
	/** Whom one blocks asks nothing any more. */
	const dismiss = useMutation({ mutationFn: () => api.rooms.decline(roomId), onSettled: refresh });
	return { accept, decline, dismiss };
}
