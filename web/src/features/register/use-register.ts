import { api, beginNew } from "@/app/session";
import type { Attempt, Completion } from "@/sdk";
import { useSteps } from "../auth/use-steps";

export type Step =
	| { name: "contact" }
	| { name: "code"; contact: string; attempt: Attempt }
	| { name: "account"; attempt: Attempt; proof: string };

/** The way to an account: a contact, the code that proves it, then the form. */
export function useRegister() {
	const { go, goBy, ...steps } = useSteps<Step>({ name: "contact" });
	return {
		...steps,
		start: (contact: string) =>
			goBy(async () => ({ name: "code", contact, attempt: await api.registrations.start(contact) })),
		proved: (attempt: Attempt, proof: string) => go({ name: "account", attempt, proof }),
		complete: (attempt: Attempt, form: Completion) =>
			goBy(async () => {
				await api.registrations.complete(attempt.id, form);
				await beginNew();
				return undefined;
			}),
	};
}
