import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useMe } from "@/app/hooks";
import { deleteAccount } from "@/app/session";
import type { OwnerProof } from "@/sdk";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { isAtProof, OwnerProofFields, useOwnerProof } from "../security/owner-proof";

const FACTS = ["gone", "messages", "groups", "kept"] as const;

/** The end of an account: said plainly, proved, and typed, since nothing brings it back. */
export function DeleteAccountPage() {
	const { t } = useTranslation();
	const me = useMe();
	const [redact, setRedact] = useState(false);
	const [typed, setTyped] = useState("");
	const remove = useMutation({ mutationFn: (proof: OwnerProof) => deleteAccount(proof, redact) });
	const { error } = remove;
	const { proof, ready, fields } = useOwnerProof(error);
	const meant = typed.trim().toLowerCase() === me.username.toLowerCase();
	function submit(event: FormEvent) {
		event.preventDefault();
		if (ready && meant && !remove.isPending) remove.mutate(proof);
	}
	return (
		<Page title={t("data.delete")} back="/settings/data">
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{error && !isAtProof(error) && <Alert>{sayError(t, error)}</Alert>}
				<div className="flex flex-col gap-2">
					<p className="font-semibold">{t("data.forGood")}</p>
					<ul className="flex list-disc flex-col gap-1 ps-5 text-muted">
						{FACTS.map((fact) => (
							<li key={fact}>{t(`data.facts.${fact}`)}</li>
						))}
					</ul>
				</div>
				<label className="flex items-start gap-3">
					<input
						type="checkbox"
						className="mt-1 size-4 shrink-0"
						checked={redact}
						onChange={(e) => setRedact(e.target.checked)}
					/>
					<span>
						<span className="font-medium">{t("data.redact")}</span>
						<span className="block text-sm text-muted">{t("data.redactHint")}</span>
					</span>
				</label>
				<OwnerProofFields {...fields} />
				<TextField
					latin
					label={t("data.confirm", { username: me.username })}
					value={typed}
					onChange={(e) => setTyped(e.target.value)}
					autoComplete="off"
					autoCapitalize="none"
					spellCheck={false}
				/>
				<Button
					type="submit"
					look="danger"
					className="self-end"
					busy={remove.isPending}
					disabled={!ready || !meant}
				>
					{t("data.deleteAction")}
				</Button>
			</form>
		</Page>
	);
}
