import { useState } from "react";
import { api, begin } from "@/app/session";
import { type ApiError, asApiError } from "@/sdk";

/** Logging in: a wrong login and a wrong password are one answer, on purpose. */
export function useLogin() {
	const [login, setLogin] = useState("");
	const [password, setPassword] = useState("");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);
	async function submit() {
		setBusy(true);
		setError(null);
		try {
			await api.sessions.login(login.trim(), password);
			await begin();
		} catch (cause) {
			setError(asApiError(cause));
			setPassword("");
			setBusy(false);
		}
	}
	return {
		login,
		setLogin,
		password,
		setPassword,
		busy,
		error,
		submit,
		ready: login.trim() !== "" && password !== "",
	};
}
