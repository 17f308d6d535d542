import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import { Button, buttonClass } from "@/ui/button";
import { TextAreaField, TextField } from "@/ui/field";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { DisplayNameField, OriginFields } from "./about-fields";
import { useEditProfile } from "./use-edit-profile";

const FIELDS = ["display_name", "about", "interests", "country", "native_languages", "learning_languages"];

export function EditProfilePage() {
	const { t } = useTranslation();
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
				<DisplayNameField draft={draft} set={set} at={at} />
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
				<OriginFields draft={draft} set={set} at={at} />
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
