import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { useMe } from "@/app/hooks";
import { api } from "@/app/session";
import type { OwnerProof } from "@/sdk";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { toast } from "@/ui/toast";
import { PasswordField } from "../auth/password-field";
import { isAtProof, OwnerProofFields, useOwnerProof } from "../security/owner-proof";

/** A new password, for the one who knows the old one. */
export function PasswordPage() {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const me = useMe();
	const [fresh, setFresh] = useState("");
	const change = useMutation({
		mutationFn: (proof: OwnerProof) => api.me.changePassword(proof, fresh),
		onSuccess: () => {
			toast(t("password.changed"));
			void navigate({ to: "/settings" });
		},
	});
	const { error } = change;
	const { proof, ready, fields } = useOwnerProof(error);
	const atFresh = sayField(t, error, "new_password", "password");
	function submit(event: FormEvent) {
		event.preventDefault();
		if (ready && fresh && !change.isPending) change.mutate(proof);
	}
	return (
		<Page title={t("password.change")} back="/settings">
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{error && !atFresh && !isAtProof(error) && <Alert>{sayError(t, error)}</Alert>}
				<p className="text-muted">{t("password.changeHint")}</p>
				<OwnerProofFields {...fields} />
				<PasswordField
					fresh
					label={t("password.new")}
					value={fresh}
					onChange={setFresh}
					error={atFresh}
					own={[me.username, me.display_name]}
				/>
				<Button
					type="submit"
					look="primary"
					className="self-end"
					busy={change.isPending}
					disabled={!ready || !fresh}
				>
					{t("password.change")}
				</Button>
			</form>
		</Page>
	);
}
