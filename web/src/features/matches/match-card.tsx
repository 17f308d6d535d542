import { Link } from "@tanstack/react-router";
import {
	Clock,
	GraduationCap,
	Hand,
	Heart,
	type LucideIcon,
	MessageCircle,
	Repeat2,
	Sparkles,
	Speech,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { countryName, languageName } from "@/i18n/names";
import type { Match, Reason } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Handle } from "@/ui/handle";
import { LanguagesLine } from "../people/languages-line";
import { PersonMenu } from "../people/person-menu";
import { useOpenDirect } from "../people/use-person-actions";

const ICONS: Record<string, LucideIcon> = {
	speaks_what_you_learn: Speech,
	learns_what_you_speak: GraduationCap,
	shared_interest: Heart,
	near_time_zone: Clock,
	recently_active: Sparkles,
};

/** A suggested partner, and why. */
export function MatchCard({ match: { user, mutual, reasons, opener } }: { match: Match }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const open = useOpenDirect();
	return (
		<li
			aria-label={user.display_name}
			className="flex flex-col gap-3 rounded-l border border-line bg-surface p-4"
		>
			<div className="flex items-start gap-3">
				<Avatar id={user.id} name={user.display_name} picture={user.avatar} />
				<div className="min-w-0 flex-1">
					<h2 className="truncate text-base">
						<Link to="/people/$userId" params={{ userId: user.id }} className="rounded-s hover:underline">
							{user.display_name}
						</Link>
					</h2>
					<p className="truncate text-sm text-muted">
						<Handle username={user.username} />
						{user.country && ` · ${countryName(user.country, locale)}`}
					</p>
				</div>
				<div className="-mt-1 -me-2">
					<PersonMenu person={user} />
				</div>
			</div>
			<LanguagesLine {...user} />
			{user.status && (
				<p className="truncate text-sm italic text-muted" dir="auto">
					{user.status}
				</p>
			)}
			{user.about && (
				<p className="line-clamp-2 break-words" dir="auto">
					{user.about}
				</p>
			)}
			<ul aria-label={t("matches.why")} className="flex flex-1 flex-col gap-1 text-sm text-muted">
				{reasons.map((reason) => (
					<Why key={`${reason.code}.${reason.language ?? reason.interest ?? ""}`} reason={reason} />
				))}
			</ul>
			<div className="flex flex-wrap items-center gap-2">
				{mutual && (
					<span className="inline-flex flex-1 items-center gap-1.5 text-sm font-semibold whitespace-nowrap text-accent">
						<Repeat2 size={16} aria-hidden="true" />
						{t("matches.mutual")}
					</span>
				)}
				{opener && (
					<Button
						look="quiet"
						small
						className="ms-auto"
						title={opener.text}
						disabled={open.isPending}
						onClick={() => open.mutate({ user: user.id, hello: opener.text })}
					>
						<Hand size={16} aria-hidden="true" />
						{t("matches.hello")}
						<span className="sr-only">{user.display_name}</span>
					</Button>
				)}
				<Button
					look="primary"
					small
					className={opener ? undefined : "ms-auto"}
					busy={open.isPending}
					onClick={() => open.mutate({ user: user.id })}
				>
					<MessageCircle size={16} aria-hidden="true" />
					{t("matches.write")}
					<span className="sr-only">{user.display_name}</span>
				</Button>
			</div>
		</li>
	);
}

function Why({ reason }: { reason: Reason }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const Icon = ICONS[reason.code];
	const text = t(`reason.${reason.code}`, {
		defaultValue: "",
		language: languageName(reason.language ?? "", locale),
		level: reason.level,
		interest: reason.interest,
		count: reason.hours ?? 0,
	});
	if (!Icon || !text) return null;
	return (
		<li className="flex items-center gap-2">
			<Icon size={15} className="shrink-0" aria-hidden="true" />
			<span className="min-w-0 break-words">{text}</span>
		</li>
	);
}
