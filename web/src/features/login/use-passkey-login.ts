import { useState } from "react";
import { api, begin } from "@/app/session";
import { type ApiError, asApiError, showPasskey } from "@/sdk";

/** Logging in by a passkey: no name is typed, and no second factor is asked for. */
export function usePasskeyLogin() {
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);

	async function submit() {
		setBusy(true);
		setError(null);
		try {
			const begun = await api.sessions.beginPasskey();
			await api.sessions.loginByPasskey(begun.id, await showPasskey(begun));
			await begin();
		} catch (cause) {
			setError(asApiError(cause));
			setBusy(false);
		}
	}

	return { busy, error, submit, forget: () => setError(null) };
}
