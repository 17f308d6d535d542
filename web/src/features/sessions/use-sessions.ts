import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id } from "@/sdk";
import { toast } from "@/ui/toast";

/** The devices that are logged in. */
export function useSessions() {
	const { t } = useTranslation();
	const client = useQueryClient();
	const query = useQuery({ queryKey: keys.sessions, queryFn: api.sessions.list, staleTime: 0 });
	const onSuccess = () => {
		toast(t("sessions.ended"));
		return client.invalidateQueries({ queryKey: keys.sessions });
	};
	const onError = (cause: unknown) => toast(sayError(t, cause));
	return {
		query,
		sessions: query.data?.items ?? [],
		revoke: useMutation({ mutationFn: (id: Id) => api.sessions.revoke(id), onSuccess, onError }),
		revokeOthers: useMutation({ mutationFn: api.sessions.revokeOthers, onSuccess, onError }),
	};
}
