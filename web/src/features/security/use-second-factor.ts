import { useQueryClient } from "@tanstack/react-query";
import { useMe } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { FactorOffer, OwnerProof } from "@/sdk";
import { useSteps } from "../auth/use-steps";

export type Step =
	| { name: "start" }
	| { name: "scan"; offer: FactorOffer }
	| { name: "codes"; codes: string[] }
	| { name: "off" }
	| { name: "renew" };

/** The way to a second factor, and the ways that change one. What the server shows once is kept in the step alone. */
export function useSecondFactor() {
	const client = useQueryClient();
	const me = useMe();
	const { go, goBy, ...steps } = useSteps<Step>({ name: "start" });
	const refresh = () => client.invalidateQueries({ queryKey: keys.me });
	return {
		...steps,
		status: me.second_factor ?? { on: false, recovery_codes_left: 0 },
		offer: (password: string) =>
			goBy(async () => ({ name: "scan", offer: await api.me.offerFactor(password) })),
		confirm: (code: string) =>
			goBy(async () => {
				const { recovery_codes } = await api.me.confirmFactor(code);
				void refresh();
				return { name: "codes", codes: recovery_codes };
			}),
		remove: (proof: OwnerProof) =>
			goBy(async () => {
				await api.me.removeFactor(proof);
				await refresh();
				return { name: "start" };
			}),
		renew: (proof: OwnerProof) =>
			goBy(async () => {
				const { recovery_codes } = await api.me.renewRecoveryCodes(proof);
				void refresh();
				return { name: "codes", codes: recovery_codes };
			}),
		toOff: () => go({ name: "off" }),
		toRenew: () => go({ name: "renew" }),
	};
}
