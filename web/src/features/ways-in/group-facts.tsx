import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { languageName } from "@/i18n/names";

interface Facts {
	member_count: number;
	language?: string | null;
	level?: string | null;
}

/** In one line: how many are in a group, and which language and level it is for. */
export function GroupFacts({ group }: { group: Facts }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { member_count, language, level } = group;
	const facts = [
		t("groups.memberCount", { count: member_count }),
		language && languageName(language, locale),
		level,
	].filter(Boolean);
	return <p className="truncate text-sm text-muted">{facts.join(" · ")}</p>;
}
