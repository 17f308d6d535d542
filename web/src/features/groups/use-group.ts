import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { markGone } from "@/app/live";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id } from "@/sdk";
import { toast } from "@/ui/toast";

/** What one can do to a group, as far as one's role goes; the server has the last word. */
export function useGroup(roomId: Id) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const navigate = useNavigate();
	const refresh = () =>
		Promise.all(
			[keys.members(roomId), keys.room(roomId), keys.rooms].map((queryKey) =>
				client.invalidateQueries({ queryKey }),
			),
		);
	const onError = (cause: unknown) => toast(sayError(t, cause));
	return {
		add: useMutation({
			mutationFn: (users: Id[]) => api.rooms.addMembers(roomId, users),
			onSuccess: refresh,
			onError,
		}),
		remove: useMutation({
			mutationFn: (user: Id) => api.rooms.removeMember(roomId, user),
			onSuccess: refresh,
			onError,
		}),
		rename: useMutation({
			mutationFn: (title: string) => api.rooms.rename(roomId, title),
			onSuccess: refresh,
			onError,
		}),
		leave: useMutation({
			mutationFn: () => api.rooms.leave(roomId),
			onSuccess: async () => {
				await navigate({ to: "/rooms" });
				markGone(client, roomId);
				await client.invalidateQueries({ queryKey: keys.rooms });
				toast(t("groups.left"));
			},
			onError,
		}),
	};
}
