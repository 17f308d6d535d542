import { useState } from "react";
import { api, begin } from "@/app/session";
import { type ApiError, asApiError } from "@/sdk";

/**
 * Logging in: a wrong login and a wrong password are one answer, on purpose. Where the right password is not enough, the
 * second factor is asked for next.
 */
export function useLogin() {
	const [login, setLogin] = useState("");
	const [password, setPassword] = useState("");
	const [factor, setFactor] = useState("");
	const [asked, setAsked] = useState(false);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);

	async function submit() {
		setBusy(true);
		setError(null);
		try {
			await api.sessions.login(login.trim(), password, asked ? factor.trim() : undefined);
			await begin();
		} catch (cause) {
			fail(asApiError(cause));
			setBusy(false);
		}
	}

	function fail(cause: ApiError) {
		setFactor("");
		if (cause.code === "second_factor_required") return setAsked(true);
		setError(cause);
		// Only a wrong factor is asked for again: any other refusal is about what was typed before.
		if (asked && (cause.code === "second_factor_wrong" || cause.transient)) return;
		restart();
		setError(cause);
	}

	function restart() {
		setAsked(false);
		setFactor("");
		setPassword("");
		setError(null);
	}

	return {
		login,
		setLogin,
		password,
		setPassword,
		factor,
		setFactor,
		asked,
		restart,
		busy,
		error,
		submit,
		ready: login.trim() !== "" && password !== "" && (!asked || factor.trim() !== ""),
	};
}
