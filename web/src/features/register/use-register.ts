import { useState } from "react";
import { api, beginNew } from "@/app/session";
import { type ApiError, type Attempt, asApiError, type Completion } from "@/sdk";

export type Step =
	| { name: "contact" }
	| { name: "code"; contact: string; attempt: Attempt }
	| { name: "account"; attempt: Attempt; proof: string };

/** The way to an account: a contact, the code that proves it, then the form. */
export function useRegister() {
	const [step, setStep] = useState<Step>({ name: "contact" });
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
			setStep({ name: "contact" });
		},
		start: (contact: string) =>
			guard(async () => setStep({ name: "code", contact, attempt: await api.registrations.start(contact) })),
		proved: (attempt: Attempt, proof: string) => setStep({ name: "account", attempt, proof }),
		complete: (attempt: Attempt, form: Completion) =>
			guard(async () => {
				await api.registrations.complete(attempt.id, form);
				await beginNew();
			}),
	};
}
