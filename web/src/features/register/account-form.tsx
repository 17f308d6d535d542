import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import type { ApiError, Completion } from "@/sdk";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Alert } from "@/ui/states";
import { PasswordField } from "../auth/password-field";
import { DisplayNameField, OriginFields } from "../profile/about-fields";
import { BirthDate } from "./birth-date";
import { FIELDS, useAccountForm } from "./use-account-form";

interface AccountFormProps {
	busy: boolean;
	error: ApiError | null;
	onSubmit: (form: Omit<Completion, "proof">) => void;
	onRestart: () => void;
}

/** The last step: who one is. Every complaint of the server stands at its field. */
export function AccountForm({ busy, error, onSubmit, onRestart }: AccountFormProps) {
	const { t } = useTranslation();
	const { draft, set, missing, submit } = useAccountForm(onSubmit);
	const at = (name: string) =>
		missing[name] ? t(`account.missing.${name}`) : (sayField(t, error, name) ?? nameTaken(name, error, t));
	const general = error && !nameTaken("username", error, t) ? sayRest(t, error, FIELDS) : null;
	return (
		<form
			noValidate
			className="flex flex-col gap-5"
			onSubmit={(event: FormEvent) => {
				event.preventDefault();
				if (!busy) submit();
			}}
		>
			{general && <Alert>{general}</Alert>}
			{error?.status === 410 && <Button onClick={onRestart}>{t("code.startAgain")}</Button>}
			<DisplayNameField draft={draft} set={set} at={at} hint={t("account.displayNameHint")} autoFocus />
			<TextField
				label={t("account.username")}
				hint={t("account.usernameHint")}
				error={at("username")}
				value={draft.username}
				onChange={(e) => set({ username: e.target.value })}
				latin
				autoComplete="username"
				autoCapitalize="none"
				spellCheck={false}
				maxLength={64}
			/>
			<PasswordField
				fresh
				label={t("password.label")}
				error={at("password")}
				value={draft.password}
				onChange={(password) => set({ password })}
				own={[draft.username, draft.display_name]}
			/>
			<BirthDate value={draft.birth} onChange={(birth) => set({ birth })} error={at("birth_date")} />
			<OriginFields draft={draft} set={set} at={at} />
			<Button type="submit" look="primary" busy={busy}>
				{t("account.create")}
			</Button>
		</form>
	);
}

/** A taken name is a conflict of its own, not a field error; it still belongs at its field. */
function nameTaken(
	name: string,
	error: ApiError | null,
	t: ReturnType<typeof useTranslation>["t"],
): string | null {
	return name === "username" && error?.code === "username_taken" ? t("error.username_taken") : null;
}
