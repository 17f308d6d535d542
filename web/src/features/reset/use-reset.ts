import { api } from "@/app/session";
import type { Attempt } from "@/sdk";
import { useSteps } from "../auth/use-steps";

export type Step =
	| { name: "login" }
	| { name: "code"; attempt: Attempt }
	| { name: "password"; attempt: Attempt; proof: string }
	| { name: "done" };

/** The way to a new password. Whether the account exists is not told. */
export function useReset() {
	const { go, goBy, ...steps } = useSteps<Step>({ name: "login" });
	return {
		...steps,
		start: (login: string) => goBy(async () => ({ name: "code", attempt: await api.resets.start(login) })),
		proved: (attempt: Attempt, proof: string) => go({ name: "password", attempt, proof }),
		complete: (attempt: Attempt, proof: string, password: string, factor?: string) =>
			goBy(async () => {
				await api.resets.complete(attempt.id, proof, password, factor);
				return { name: "done" };
			}),
	};
}
