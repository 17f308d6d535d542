import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { shortTime } from "@/i18n/time";
import { briefOf, type Invitation } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { PersonMenu } from "../people/person-menu";
import { GroupFacts } from "../ways-in/group-facts";
import { useAnswerRequest } from "./use-requests";

/** A group that somebody would bring one into: what it tells of itself, and the answer. */
export function InvitationCard({ invitation }: { invitation: Invitation }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { accept, decline } = useAnswerRequest(invitation.room_id);
	const inviter = briefOf(invitation.invited_by);
	const name = inviter?.display_name ?? t("rooms.deletedPerson");
	return (
		<li
			aria-label={invitation.title}
			className="flex flex-wrap items-center gap-3 rounded-l border border-line bg-surface p-4"
		>
			<Avatar id={invitation.room_id} name={invitation.title} picture={invitation.avatar} />
			<div className="min-w-40 flex-1">
				<p className="flex items-baseline gap-2">
					<span className="truncate font-semibold" dir="auto">
						{invitation.title}
					</span>
					<time className="shrink-0 text-xs text-muted">{shortTime(invitation.invited_at, locale)}</time>
				</p>
				<GroupFacts group={invitation} />
			</div>
			{inviter && <PersonMenu person={inviter} />}
			<div className="flex w-full flex-col gap-1">
				{invitation.topic && (
					<p dir="auto" className="line-clamp-3 break-words whitespace-pre-wrap">
						{invitation.topic}
					</p>
				)}
				<p className="text-muted">{t("requests.invites", { name })}</p>
			</div>
			<div className="ms-auto flex gap-2">
				<Button look="danger" small busy={decline.isPending} onClick={() => decline.mutate()}>
					{t("requests.decline")}
				</Button>
				<Button look="primary" small busy={accept.isPending} onClick={() => accept.mutate()}>
					{t("requests.join")}
				</Button>
			</div>
		</li>
	);
}
