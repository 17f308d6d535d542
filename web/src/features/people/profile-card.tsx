import { Activity, Clock, type LucideIcon, MapPin, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { countryName, zoneName } from "@/i18n/names";
import { clockIn, relative } from "@/i18n/time";
import type { Profile } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Handle } from "@/ui/handle";
import { Section } from "@/ui/page";
import { Chip } from "@/ui/states";
import { LanguagesLine } from "./languages-line";

/** A person as others see him. */
export function ProfileCard({ person }: { person: Profile }) {
	const { t } = useTranslation();
	return (
		<>
			<div className="mb-6 flex items-center gap-4">
				<Avatar id={person.id} name={person.display_name} picture={person.avatar} size="l" />
				<div className="min-w-0">
					<h2 className="text-xl break-words">{person.display_name}</h2>
					<p className="truncate text-muted">
						<Handle username={person.username} />
					</p>
					{person.status && (
						<p className="mt-1 break-words" dir="auto">
							{person.status}
						</p>
					)}
				</div>
			</div>
			<Facts person={person} />
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

/** Where, when and how old; the age as a band, since nobody's birth date is told. */
function Facts({ person }: { person: Profile }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const zone = person.time_zone;
	const time = zone && clockIn(zone, locale);
	const facts: [LucideIcon, string | null | undefined][] = [
		[MapPin, person.country && countryName(person.country, locale)],
		[Clock, time && `${t("profile.timeThere", { time })} · ${zoneName(zone)}`],
		[UserRound, person.age_band !== "unknown" ? t(`age.${person.age_band}`) : null],
		[Activity, person.active_at && t("people.active", { when: dayAgo(person.active_at, locale) })],
	];
	return (
		<ul aria-label={t("people.facts")} className="mb-6 flex flex-wrap gap-x-5 gap-y-2 text-sm text-muted">
			{facts.map(
				([Icon, words]) =>
					words && (
						<li key={words} className="flex items-center gap-1.5">
							<Icon size={16} className="shrink-0" aria-hidden="true" />
							<span className="min-w-0 break-words">{words}</span>
						</li>
					),
			)}
		</ul>
	);
}

/** The server tells the day only; so do we. */
export function dayAgo(at: string, locale: string): string {
	const days = Math.max(0, Math.floor((Date.now() - Date.parse(at)) / 86_400_000));
	return relative(locale).format(-days, "day");
}
