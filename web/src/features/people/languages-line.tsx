import { ArrowRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { languageName } from "@/i18n/names";
import type { Languages } from "@/sdk";
import { Chip } from "@/ui/states";

/** What a person speaks and learns, in one look: Spanish → English B1. */
export function LanguagesLine({ native_languages, learning_languages }: Languages) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<div className="flex flex-wrap items-center gap-1.5">
			<span className="sr-only">{t("languages.speaks")}</span>
			{native_languages.map((code) => (
				<Chip key={code} strong>
					{languageName(code, locale)}
				</Chip>
			))}
			<ArrowRight size={16} className="text-muted rtl:-scale-x-100" aria-hidden="true" />
			<span className="sr-only">{t("languages.learns")}</span>
			{learning_languages.map(({ language, level }) => (
				<Chip key={language}>
					{languageName(language, locale)} <span className="font-semibold text-muted">{level}</span>
				</Chip>
			))}
		</div>
	);
}
