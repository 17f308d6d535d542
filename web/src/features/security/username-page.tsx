import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { useMe } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { asApiError, type OwnerProof } from "@/sdk";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { toast } from "@/ui/toast";
import { isAtProof, OwnerProofFields, useOwnerProof } from "./owner-proof";

/** Another username. Not often: others know one by it. */
export function UsernamePage() {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const client = useQueryClient();
	const me = useMe();
	const [username, setUsername] = useState(me.username);
	const change = useMutation({
		mutationFn: (proof: OwnerProof) => api.me.changeUsername(proof, username.trim()),
		onSuccess: () => {
			void client.invalidateQueries({ queryKey: keys.me });
			toast(t("username.changed"));
			void navigate({ to: "/settings" });
		},
	});
	const { error } = change;
	const { proof, ready, fields } = useOwnerProof(error);
	const taken = error && asApiError(error).code === "username_taken" ? t("error.username_taken") : null;
	const atField = sayField(t, error, "username") ?? taken;
	const fresh = username.trim() !== "" && username.trim() !== me.username;
	function submit(event: FormEvent) {
		event.preventDefault();
		if (ready && fresh && !change.isPending) change.mutate(proof);
	}
	return (
		<Page title={t("username.change")} back="/settings">
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{error && !atField && !isAtProof(error) && <Alert>{sayError(t, error)}</Alert>}
				<p className="text-muted">{t("username.hint")}</p>
				<TextField
					latin
					label={t("account.username")}
					hint={t("account.usernameHint")}
					value={username}
					onChange={(e) => setUsername(e.target.value)}
					error={atField}
					autoComplete="username"
					autoCapitalize="none"
					spellCheck={false}
					maxLength={30}
				/>
				<OwnerProofFields {...fields} />
				<Button
					type="submit"
					look="primary"
					className="self-end"
					busy={change.isPending}
					disabled={!ready || !fresh}
				>
					{t("username.change")}
				</Button>
			</form>
		</Page>
	);
}
