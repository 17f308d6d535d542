import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocale, useMe } from "@/app/hooks";
import { languageName, listLanguages } from "@/i18n/names";

/** All languages to choose from, one's own ones first. */
export function LanguageOptions() {
	const { t } = useTranslation();
	const locale = useLocale();
	const me = useMe();
	const own = [...new Set([...me.learning_languages.map((l) => l.language), ...me.native_languages])];
	const all = useMemo(() => listLanguages(locale), [locale]);
	return (
		<>
			<optgroup label={t("publicGroups.mine")}>
				{own.map((code) => (
					<option key={code} value={code}>
						{languageName(code, locale)}
					</option>
				))}
			</optgroup>
			<optgroup label={t("publicGroups.others")}>
				{all
					.filter(({ code }) => !own.includes(code))
					.map(({ code, name }) => (
						<option key={code} value={code}>
							{name}
						</option>
					))}
			</optgroup>
		</>
	);
}
