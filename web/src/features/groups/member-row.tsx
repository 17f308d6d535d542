import { Link } from "@tanstack/react-router";
import { MicOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { moment } from "@/i18n/time";
import { type Brief, briefOf, type Member, type Room } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Handle } from "@/ui/handle";
import { Chip } from "@/ui/states";
import { MemberMenu } from "./member-menu";
import type { Group } from "./use-group";

export function MemberRow({
	room,
	member,
	me,
	group,
}: {
	room: Room;
	member: Member;
	me: string;
	group: Group;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { user, role, muted_until } = member;
	const person = briefOf(user);
	const name = person?.display_name ?? t("rooms.deletedPerson");
	return (
		<li aria-label={name} className="flex min-h-14 items-center gap-3">
			<Avatar id={user.id} name={name} picture={person?.avatar} size="s" />
			<span className="min-w-0 flex-1">
				{person ? (
					<Names person={person} mine={person.id === me} />
				) : (
					<span className="text-muted">{name}</span>
				)}
			</span>
			{muted_until && (
				<span
					role="img"
					className="text-muted"
					aria-label={t("groups.mutedUntil", { until: moment(muted_until, locale) })}
					title={t("groups.mutedUntil", { until: moment(muted_until, locale) })}
				>
					<MicOff size={16} aria-hidden="true" />
				</span>
			)}
			{role !== "member" && <Chip>{t(`role.${role}`)}</Chip>}
			<MemberMenu room={room} member={member} name={name} me={me} group={group} />
		</li>
	);
}

function Names({ person, mine }: { person: Brief; mine: boolean }) {
	const { t } = useTranslation();
	return (
		<>
			{mine ? (
				<span className="font-medium">{t("groups.you", { name: person.display_name })}</span>
			) : (
				<Link
					to="/people/$userId"
					params={{ userId: person.id }}
					className="rounded-s font-medium hover:underline"
				>
					{person.display_name}
				</Link>
			)}
			<span className="block truncate text-sm text-muted">
				<Handle username={person.username} />
			</span>
		</>
	);
}
