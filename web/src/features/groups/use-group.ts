import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sayError, sayPeople } from "@/app/errors";
import { markGone } from "@/app/live";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id, Role, RoomPatch } from "@/sdk";
import { toast } from "@/ui/toast";

export type Group = ReturnType<typeof useGroup>;

/** What one can do to a group, as far as one's role goes; the server has the last word. */
export function useGroup(roomId: Id) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const navigate = useNavigate();
	const refresh = () =>
		Promise.all(
			[keys.members(roomId), keys.bans(roomId), keys.room(roomId), keys.rooms].map((queryKey) =>
				client.invalidateQueries({ queryKey }),
			),
		);
	const onError = (cause: unknown) => toast(sayError(t, cause));
	return {
		add: useMutation({
			mutationFn: (users: Id[]) => api.rooms.addMembers(roomId, users),
			onSuccess: refresh,
			onError: (cause: unknown) => toast(sayPeople(t, cause)),
		}),
		remove: useMutation({
			mutationFn: (user: Id) => api.rooms.removeMember(roomId, user),
			onSuccess: refresh,
			onError,
		}),
		change: useMutation({
			mutationFn: (patch: RoomPatch) => api.rooms.change(roomId, patch),
			onSuccess: refresh,
			onError,
		}),
		setRole: useMutation({
			mutationFn: ({ user, role }: { user: Id; role: Role }) => api.rooms.setRole(roomId, user, role),
			onSuccess: refresh,
			onError,
		}),
		handOver: useMutation({
			mutationFn: (user: Id) => api.rooms.handOver(roomId, user),
			onSuccess: refresh,
			onError,
		}),
		mute: useMutation({
			mutationFn: ({ user, seconds }: { user: Id; seconds: number }) =>
				api.rooms.mute(roomId, user, new Date(Date.now() + seconds * 1000).toISOString()),
			onSuccess: refresh,
			onError,
		}),
		unmute: useMutation({
			mutationFn: (user: Id) => api.rooms.unmute(roomId, user),
			onSuccess: refresh,
			onError,
		}),
		ban: useMutation({
			mutationFn: (user: Id) => api.rooms.ban(roomId, user),
			onSuccess: refresh,
			onError,
		}),
		unban: useMutation({
			mutationFn: (user: Id) => api.rooms.unban(roomId, user),
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
