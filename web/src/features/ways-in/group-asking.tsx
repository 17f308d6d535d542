import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { ago } from "@/i18n/time";
import { type Asking, briefOf, type Room } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Section } from "@/ui/page";
import { useAnswer, useAsking } from "./use-asking";

/** Who asks to come in, for those who lead the group; nothing where that is nobody. */
export function GroupAsking({ room }: { room: Room }) {
	const { t } = useTranslation();
	const { query, asking } = useAsking(room);
	if (asking.length === 0) return null;
	return (
		<Section title={t("asking.title")} hint={t("asking.hint")}>
			<ul aria-label={t("asking.title")} className="flex flex-col">
				{asking.map((one) => (
					<AskingRow key={one.user.id} room={room} asking={one} />
				))}
			</ul>
			{query.hasNextPage && (
				<Button look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
					{t("common.more")}
				</Button>
			)}
		</Section>
	);
}

function AskingRow({ room, asking }: { room: Room; asking: Asking }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { letIn, turnAway } = useAnswer(room.id);
	const person = briefOf(asking.user);
	const name = person?.display_name ?? t("rooms.deletedPerson");
	return (
		<li aria-label={name} className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 py-2">
			<Avatar id={asking.user.id} name={name} picture={person?.avatar} size="s" />
			<Link
				to="/people/$userId"
				params={{ userId: asking.user.id }}
				className="min-w-32 flex-1 rounded-s hover:underline"
			>
				<span className="block truncate font-medium">{name}</span>
				<span className="block truncate text-sm text-muted">{ago(asking.asked_at, locale)}</span>
			</Link>
			<span className="ms-auto flex gap-2">
				<Button look="danger" small busy={turnAway.isPending} onClick={() => turnAway.mutate(asking.user.id)}>
					{t("requests.decline")}
				</Button>
				<Button look="primary" small busy={letIn.isPending} onClick={() => letIn.mutate(asking.user.id)}>
					{t("asking.letIn")}
				</Button>
			</span>
		</li>
	);
}

/** Above the conversation, for those who lead it: that somebody waits, and the way to them. */
export function AskingBar({ room }: { room: Room }) {
	const { t } = useTranslation();
	const { asking } = useAsking(room);
	if (asking.length === 0) return null;
	return (
		<Link
			to="/rooms/$roomId/about"
			params={{ roomId: room.id }}
			className="shrink-0 border-b border-line bg-accent-soft px-4 py-2 text-center text-sm font-semibold text-accent-ink hover:underline"
		>
			{t("asking.count", { count: asking.length })}
		</Link>
	);
}
