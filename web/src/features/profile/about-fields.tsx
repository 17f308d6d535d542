import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { listCountries } from "@/i18n/names";
import type { LearningLanguage } from "@/sdk";
import { SelectField, TextField } from "@/ui/field";
import { LearningLanguages, NativeLanguages } from "./language-fields";

/** What says where one is from and what one speaks. */
export interface Origin {
	country: string;
	native: string[];
	learning: LearningLanguage[];
}

/** A part of a form: its draft, how it is changed, and what the server said of it. */
export interface Fields<T> {
	draft: T;
	set: (change: Partial<T>) => void;
	/** What is wrong at a field of the wire, in words. */
	at: (name: string) => string | null | undefined;
}

export function DisplayNameField({
	draft,
	set,
	at,
	hint,
	autoFocus,
}: Fields<{ display_name: string }> & { hint?: string; autoFocus?: boolean }) {
	const { t } = useTranslation();
	return (
		<TextField
			label={t("account.displayName")}
			hint={hint}
			error={at("display_name")}
			value={draft.display_name}
			onChange={(e) => set({ display_name: e.target.value })}
			autoComplete="name"
			maxLength={64}
			autoFocus={autoFocus}
		/>
	);
}

/** Country and languages, alike when one registers and later. */
export function OriginFields({ draft, set, at }: Fields<Origin>) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<>
			<SelectField
				label={t("account.country")}
				error={at("country")}
				value={draft.country}
				onChange={(e) => set({ country: e.target.value })}
			>
				{draft.country === "" && <option value="">{t("account.choose")}</option>}
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
		</>
	);
}
