import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { listZones } from "@/i18n/names";
import { SelectField, TextAreaField, TextField } from "@/ui/field";
import type { Fields } from "./about-fields";
import { listOf } from "./use-edit-profile";

/** As the server holds them; in characters, not in UTF-16. */
const MOST = { status: 80, about: 1000, interests: 20 };
const lengthOf = (text: string) => [...text.trim()].length;

/** What one says of oneself. */
export function WordsFields({
	draft,
	set,
	at,
}: Fields<{ status: string; about: string; interests: string }>) {
	const { t } = useTranslation();
	const filled = (text: string, most: number) => ({
		now: lengthOf(text),
		most,
		words: t("field.limit", { most }),
	});
	return (
		<>
			<TextField
				label={t("profile.status")}
				hint={t("profile.statusHint")}
				error={at("status")}
				filled={filled(draft.status, MOST.status)}
				value={draft.status}
				onChange={(e) => set({ status: e.target.value })}
				dir="auto"
			/>
			<TextAreaField
				label={t("profile.about")}
				hint={t("profile.aboutHint")}
				error={at("about")}
				filled={filled(draft.about, MOST.about)}
				value={draft.about}
				onChange={(e) => set({ about: e.target.value })}
				rows={4}
				dir="auto"
			/>
			<TextField
				label={t("profile.interests")}
				hint={t("profile.interestsHint")}
				error={at("interests")}
				filled={{
					now: listOf(draft.interests).length,
					most: MOST.interests,
					words: t("profile.interestsLimit", { most: MOST.interests }),
				}}
				value={draft.interests}
				onChange={(e) => set({ interests: e.target.value })}
				dir="auto"
			/>
		</>
	);
}

export function TimeZoneField({ draft, set, at }: Fields<{ time_zone: string }>) {
	const { t } = useTranslation();
	const zone = draft.time_zone;
	// The zone of an account may have a name that this browser lists under another one.
	const zones = useMemo(() => listZones([zone]), [zone]);
	return (
		<SelectField
			label={t("profile.timeZone")}
			hint={t("profile.timeZoneHint")}
			error={at("time_zone")}
			value={zone}
			onChange={(e) => set({ time_zone: e.target.value })}
		>
			<option value="">{t("profile.timeZoneNone")}</option>
			{zones.map(({ code, name }) => (
				<option key={code} value={code}>
					{name}
				</option>
			))}
		</SelectField>
	);
}
