import { Link } from "@tanstack/react-router";
import { UserMinus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Brief, briefOf, type Member } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { Handle } from "@/ui/handle";
import { Chip } from "@/ui/states";

export function MemberRow({
	member: { user, role },
	me,
	onRemove,
}: {
	member: Member;
	me: string;
	onRemove?: () => void;
}) {
	const { t } = useTranslation();
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
			{role !== "member" && <Chip>{t(`role.${role}`)}</Chip>}
			{onRemove && (
				<IconButton label={t("groups.remove", { name })} onClick={onRemove}>
					<UserMinus size={18} aria-hidden="true" />
				</IconButton>
			)}
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
