import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { type ApiError, asApiError, type Id, makePasskey, type OwnerProof } from "@/sdk";
import { toast } from "@/ui/toast";

/** One's own passkeys: adding one asks the server, then the device, then the server again. */
export function usePasskeys() {
	const { t } = useTranslation();
	const client = useQueryClient();
	const query = useQuery({ queryKey: keys.passkeys, queryFn: api.me.passkeys, staleTime: 0 });
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);

	/** Answers whether it went well. */
	async function guard(work: () => Promise<string>): Promise<boolean> {
		setBusy(true);
		setError(null);
		try {
			toast(await work());
			return true;
		} catch (cause) {
			setError(asApiError(cause));
			return false;
		} finally {
			setBusy(false);
			void client.invalidateQueries({ queryKey: keys.passkeys });
		}
	}

	return {
		query,
		passkeys: query.data?.items ?? [],
		busy,
		error,
		add: (name: string, proof: OwnerProof) =>
			guard(async () => {
				const begun = await api.me.beginPasskey(proof);
				await api.me.addPasskey(begun.id, name, await makePasskey(begun));
				return t("passkeys.added");
			}),
		remove: (id: Id, proof: OwnerProof) =>
			guard(async () => {
				await api.me.removePasskey(proof, id);
				return t("passkeys.removed");
			}),
	};
}
