import { useState } from "react";
import { api } from "@/app/session";
import { type ApiError, type Attempt, asApiError } from "@/sdk";

export type Step =
	| { name: "login" }
	| { name: "code"; attempt: Attempt }
	| { name: "password"; attempt: Attempt; proof: string }
	| { name: "done" };

/** The way to a new password. Whether the account exists is not told. */
export function useReset() {
	const [step, setStep] = useState<Step>({ name: "login" });
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<ApiError | null>(null);

	async function guard(work: () => Promise<void>) {
		setBusy(true);
		setError(null);
		await work().catch((cause) => setError(asApiError(cause)));
		setBusy(false);
	}

	return {
		step,
		busy,
		error,
		restart: () => {
			setError(null);
			setStep({ name: "login" });
		},
		start: (login: string) =>
			guard(async () => setStep({ name: "code", attempt: await api.resets.start(login) })),
		proved: (attempt: Attempt, proof: string) => setStep({ name: "password", attempt, proof }),
		complete: (attempt: Attempt, proof: string, password: string) =>
			guard(async () => {
				await api.resets.complete(attempt.id, proof, password);
				setStep({ name: "done" });
			}),
	};
}
