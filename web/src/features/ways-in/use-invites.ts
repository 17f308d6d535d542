import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { create } from "zustand";
import { sayError } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id, NewInvite } from "@/sdk";
import { toast } from "@/ui/toast";

/** Links that were made on this page, by the names of their invites: the server shows each once, and forgets it. */
export const useFreshLinks = create<Record<Id, string>>(() => ({}));

/** What lets people in stands behind the #, which no browser sends to a server. */
export const linkOf = (token: string) => `${location.origin}/join#${token}`;

/** A group's invites, for those who lead it. */
export function useInvites(roomId: Id) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const refresh = () => client.invalidateQueries({ queryKey: keys.invites(roomId) });
	const onError = (cause: unknown) => toast(sayError(t, cause));
	return {
		query: useQuery({ queryKey: keys.invites(roomId), queryFn: () => api.waysIn.invites(roomId) }),
		make: useMutation({
			mutationFn: (invite: NewInvite) => api.waysIn.invite(roomId, invite),
			onSuccess: ({ id, token }) => {
				useFreshLinks.setState({ [id]: linkOf(token) });
				return refresh();
			},
			onError,
		}),
		revoke: useMutation({
			mutationFn: (invite: Id) => api.waysIn.revoke(roomId, invite),
			onSuccess: async () => {
				await refresh();
				toast(t("invites.revoked"));
			},
			onError,
		}),
	};
}
