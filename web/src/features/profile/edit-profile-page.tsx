import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import { Button, buttonClass } from "@/ui/button";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { DisplayNameField, OriginFields } from "./about-fields";
import { OwnPicture } from "./picture/own-picture";
import { useEditProfile } from "./use-edit-profile";
import { TimeZoneField, WordsFields } from "./words-fields";

const FIELDS = [
	"display_name",
	"status",
	"about",
	"interests",
	"country",
	"time_zone",
	"native_languages",
	"learning_languages",
];

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
			<div className="mb-6">
				<OwnPicture />
			</div>
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{general && <Alert>{general}</Alert>}
				<DisplayNameField draft={draft} set={set} at={at} />
				<WordsFields draft={draft} set={set} at={at} />
				<OriginFields draft={draft} set={set} at={at} />
				<TimeZoneField draft={draft} set={set} at={at} />
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
