import { Fingerprint } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import type { usePasskeyLogin } from "./use-passkey-login";

/** The way in without a password. */
export function PasskeyButton({ model, busy }: { model: ReturnType<typeof usePasskeyLogin>; busy: boolean }) {
	const { t } = useTranslation();
	return (
		<Button busy={model.busy} disabled={busy} onClick={() => void model.submit()}>
			<Fingerprint size={18} aria-hidden="true" />
			{t("login.passkey")}
		</Button>
	);
}
