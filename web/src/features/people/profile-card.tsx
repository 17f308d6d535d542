import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { countryName } from "@/i18n/names";
import { relative } from "@/i18n/time";
import type { Profile } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Handle } from "@/ui/handle";
import { Section } from "@/ui/page";
import { Chip } from "@/ui/states";
import { LanguagesLine } from "./languages-line";

/** A person as others see him. */
export function ProfileCard({ person }: { person: Profile }) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<>
			<div className="mb-6 flex items-center gap-4">
				<Avatar id={person.id} name={person.display_name} size="l" />
				<div className="min-w-0">
					<h2 className="text-xl break-words">{person.display_name}</h2>
					<p className="truncate text-muted">
						<Handle username={person.username} />
					</p>
					<p className="text-sm text-muted">
						{[
							person.country && countryName(person.country, locale),
							person.active_at && t("people.active", { when: dayAgo(person.active_at, locale) }),
						]
							.filter(Boolean)
							.join(" · ")}
					</p>
				</div>
			</div>
			<Section title={t("profile.languages")}>
				<LanguagesLine {...person} />
			</Section>
			<Section title={t("profile.about")}>
				<p className={person.about ? "break-words whitespace-pre-wrap" : "text-muted"} dir="auto">
					{person.about || t("profile.noAbout")}
				</p>
			</Section>
			<Section title={t("profile.interests")}>
				{person.interests.length ? (
					<div className="flex flex-wrap gap-1.5">
						{person.interests.map((interest) => (
							<Chip key={interest}>{interest}</Chip>
						))}
					</div>
				) : (
					<p className="text-muted">{t("profile.noInterests")}</p>
				)}
			</Section>
		</>
	);
}

/** The server tells the day only; so do we. */
export function dayAgo(at: string, locale: string): string {
	const days = Math.max(0, Math.floor((Date.now() - Date.parse(at)) / 86_400_000));
	return relative(locale).format(-days, "day");
}
