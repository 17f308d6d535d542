import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { listCountries } from "@/i18n/names";
import type { ApiError, Completion } from "@/sdk";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Alert } from "@/ui/states";
import { PasswordField } from "../auth/password-field";
import { LearningLanguages, NativeLanguages } from "../profile/language-fields";
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
	const locale = useLocale();
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
			<TextField
				label={t("account.displayName")}
				hint={t("account.displayNameHint")}
				error={at("display_name")}
				value={draft.display_name}
				onChange={(e) => set({ display_name: e.target.value })}
				autoComplete="name"
				maxLength={64}
				autoFocus
			/>
			<TextField
				label={t("account.username")}
				hint={t("account.usernameHint")}
				error={at("username")}
				value={draft.username}
				onChange={(e) => set({ username: e.target.value })}
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
			<SelectField
				label={t("account.country")}
				error={at("country")}
				value={draft.country}
				onChange={(e) => set({ country: e.target.value })}
			>
				<option value="">{t("account.choose")}</option>
				{listCountries(locale).map(({ code, name }) => (
					<option key={code} value={code}>
						{name}
					</option>
				))}
			</SelectField>
			<NativeLanguages
				value={draft.native}
				onChange={(native) => set({ native })}
				error={at("native_languages")}
			/>
			<LearningLanguages
				value={draft.learning}
				onChange={(learning) => set({ learning })}
				error={at("learning_languages")}
			/>
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
