import { useState } from "react";
import { type ApiError, asApiError } from "@/sdk";

/** A way in several steps: where one is, whether work is under way, and what went wrong last. */
export function useSteps<S>(first: S) {
	const [step, setStep] = useState<S>(first);
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
		/** On to a step that needs no work. */
		go: setStep,
		/** Does the work and goes on to the step that it answers; stays where it is when the work fails, or answers none. */
		goBy: (work: () => Promise<S | undefined>) =>
			guard(async () => {
				const next = await work();
				if (next) setStep(next);
			}),
		restart: () => {
			setError(null);
			setStep(first);
		},
	};
}
