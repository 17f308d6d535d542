import { useTranslation } from "react-i18next";
import { useLocale, useMe } from "@/app/hooks";
import { languageName, listCountries } from "@/i18n/names";
import { LEVELS, type MatchFilter } from "@/sdk";
import { SelectField } from "@/ui/field";

/** Narrows the suggestions. The choices are one's own languages: nobody else would be suggested. */
export function Filters({
	filter,
	onChange,
}: {
	filter: MatchFilter;
	onChange: (change: MatchFilter) => void;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const me = useMe();
	const language = (code: string) => ({ code, name: languageName(code, locale) });
	return (
		<section aria-label={t("matches.filters")} className="mb-6 grid grid-cols-2 gap-2 md:grid-cols-4">
			<Choice
				label={t("matches.learning")}
				value={filter.learning}
				options={me.learning_languages.map((l) => language(l.language))}
				onChange={(learning) => onChange({ learning })}
			/>
			<Choice
				label={t("matches.native")}
				value={filter.native}
				options={me.native_languages.map(language)}
				onChange={(native) => onChange({ native })}
			/>
			<Choice
				label={t("matches.minLevel")}
				value={filter.min_level}
				options={LEVELS.map((code) => ({ code, name: t(`level.${code}`) }))}
				onChange={(min_level) => onChange({ min_level })}
			/>
			<Choice
				label={t("matches.country")}
				value={filter.country}
				options={listCountries(locale)}
				onChange={(country) => onChange({ country })}
			/>
		</section>
	);
}

interface ChoiceProps {
	label: string;
	value?: string;
	options: { code: string; name: string }[];
	onChange: (code: string) => void;
}

function Choice({ label, value = "", options, onChange }: ChoiceProps) {
	const { t } = useTranslation();
	return (
		<SelectField label={label} value={value} onChange={(e) => onChange(e.target.value)}>
			<option value="">{t("matches.any")}</option>
			{options.map(({ code, name }) => (
				<option key={code} value={code}>
					{name}
				</option>
			))}
		</SelectField>
	);
}
