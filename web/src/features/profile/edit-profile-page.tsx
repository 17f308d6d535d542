import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { listCountries } from "@/i18n/names";
import { Button, buttonClass } from "@/ui/button";
import { SelectField, TextAreaField, TextField } from "@/ui/field";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { LearningLanguages, NativeLanguages } from "./language-fields";
import { useEditProfile } from "./use-edit-profile";

const FIELDS = ["display_name", "about", "interests", "country", "native_languages", "learning_languages"];

export function EditProfilePage() {
	const { t } = useTranslation();
	const locale = useLocale();
	const { draft, set, save } = useEditProfile();
	const at = (name: string) => sayField(t, save.error, name);
	const general = sayRest(t, save.error, FIELDS);
	function submit(event: FormEvent) {
		event.preventDefault();
		if (!save.isPending) save.mutate();
	}
	return (
		<Page title={t("profile.editTitle")} back="/profile">
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{general && <Alert>{general}</Alert>}
				<TextField
					label={t("account.displayName")}
					error={at("display_name")}
					value={draft.display_name}
					onChange={(e) => set({ display_name: e.target.value })}
					autoComplete="name"
					maxLength={64}
				/>
				<TextAreaField
					label={t("profile.about")}
					hint={t("profile.aboutHint")}
					error={at("about")}
					value={draft.about}
					onChange={(e) => set({ about: e.target.value })}
					rows={4}
					maxLength={1000}
					dir="auto"
				/>
				<TextField
					label={t("profile.interests")}
					hint={t("profile.interestsHint")}
					error={at("interests")}
					value={draft.interests}
					onChange={(e) => set({ interests: e.target.value })}
				/>
				<SelectField
					label={t("account.country")}
					error={at("country")}
					value={draft.country}
					onChange={(e) => set({ country: e.target.value })}
				>
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
				<div className="flex justify-end gap-2">
					<Link to="/profile" className={buttonClass("plain")}>
						{t("common.cancel")}
					</Link>
					<Button type="submit" look="primary" busy={save.isPending}>
						{t("common.save")}
					</Button>
				</div>
			</form>
		</Page>
	);
}
