import { useState } from "react";
import type { Completion, LearningLanguage } from "@/sdk";

export interface AccountDraft {
	username: string;
	password: string;
	display_name: string;
	birth: { day: string; month: string; year: string };
	country: string;
	native: string[];
	learning: LearningLanguage[];
}

const EMPTY: AccountDraft = {
	username: "",
	password: "",
	display_name: "",
	birth: { day: "", month: "", year: "" },
	country: "",
	native: [""],
	learning: [{ language: "", level: "A1" }],
};

export const FIELDS = [
	"username",
	"password",
	"display_name",
	"birth_date",
	"country",
	"native_languages",
	"learning_languages",
];
type Missing = Partial<Record<(typeof FIELDS)[number], boolean>>;

/** The account form's values and what is still missing in them. */
export function useAccountForm(onSubmit: (form: Omit<Completion, "proof">) => void) {
	const [draft, setDraft] = useState(EMPTY);
	const [missing, setMissing] = useState<Missing>({});
	const set = (change: Partial<AccountDraft>) => setDraft((before) => ({ ...before, ...change }));
	function submit() {
		const lacking = missingIn(draft);
		setMissing(lacking);
		if (Object.keys(lacking).length === 0) onSubmit(completion(draft));
	}
	return { draft, set, missing, submit };
}

export function missingIn(draft: AccountDraft): Missing {
	const lacking: Missing = {};
	if (!draft.username.trim()) lacking.username = true;
	if (!draft.password) lacking.password = true;
	if (!draft.display_name.trim()) lacking.display_name = true;
	if (!birthDate(draft)) lacking.birth_date = true;
	if (!draft.country) lacking.country = true;
	if (!draft.native.some(Boolean)) lacking.native_languages = true;
	if (!draft.learning.some((l) => l.language)) lacking.learning_languages = true;
	return lacking;
}

/** The date in ISO 8601, when it is one of the calendar. */
export function birthDate({ birth }: Pick<AccountDraft, "birth">): string | null {
	const [year, month, day] = [Number(birth.year), Number(birth.month), Number(birth.day)];
	const date = new Date(Date.UTC(year, month - 1, day));
	if (!(year > 1000) || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
	return date.toISOString().slice(0, 10);
}

export function completion(draft: AccountDraft): Omit<Completion, "proof"> {
	return {
		username: draft.username.trim(),
		password: draft.password,
		display_name: draft.display_name.trim(),
		birth_date: birthDate(draft) ?? "",
		country: draft.country,
		time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
		native_languages: draft.native.filter(Boolean),
		learning_languages: draft.learning.filter((l) => l.language),
	};
}
