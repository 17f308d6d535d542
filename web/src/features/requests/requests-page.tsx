import { Link } from "@tanstack/react-router";
import { Inbox } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale, useRequests } from "@/app/hooks";
import { previewOf } from "@/app/live";
import { useItemNow } from "@/app/living";
import { shortTime } from "@/i18n/time";
import { briefOf, type Room } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { goneWords } from "../conversation/gone";
import { PersonMenu } from "../people/person-menu";
import { roomName, roomPicture } from "../rooms/room-name";
import { InvitationCard } from "./invitation-card";
import { useAnswerRequest } from "./use-requests";

/** First contacts that wait for an answer. */
export function RequestsPage() {
	const { t } = useTranslation();
	const query = useRequests();
	const { rooms, invitations } = query;
	return (
		<Page title={t("requests.title")} back="/rooms">
			{query.isPending ? (
				<SkeletonRows count={3} />
			) : query.isError && !query.data ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : rooms.length + invitations.length === 0 ? (
				<Empty icon={Inbox} title={t("requests.none")}>
					{t("requests.noneHint")}
				</Empty>
			) : (
				<>
					<p className="mb-4 text-muted">{t("requests.hint")}</p>
					<ul aria-label={t("requests.title")} className="flex flex-col gap-3">
						{invitations.map((invitation) => (
							<InvitationCard key={invitation.room_id} invitation={invitation} />
						))}
						{rooms.map((room) => (
							<Request key={room.id} room={room} />
						))}
					</ul>
					{query.hasNextPage && (
						<Button
							look="quiet"
							className="mx-auto mt-4"
							busy={query.isFetchingNextPage}
							onClick={() => void query.fetchNextPage()}
						>
							{t("common.more")}
						</Button>
					)}
				</>
			)}
		</Page>
	);
}

/** What was said last by whom asks. */
function Newest({ room }: { room: Room }) {
	const { t } = useTranslation();
	const item = useItemNow(room.last_item);
	return (
		<span
			className={cx("line-clamp-2 break-words text-beside text-muted", item?.redacted && "italic")}
			dir="auto"
		>
			{item?.redacted ? goneWords(item, t) : previewOf(item) || t("rooms.noMessages")}
		</span>
	);
}

function Request({ room }: { room: Room }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { accept, decline, dismiss } = useAnswerRequest(room.id);
	const name = roomName(room, t);
	const peer = briefOf(room.peer);
	return (
		<li
			aria-label={name}
			className="flex flex-wrap items-center gap-3 rounded-l border border-line bg-surface p-4"
		>
			<Avatar id={room.peer?.id ?? room.id} name={name} picture={roomPicture(room)} />
			<Link to="/rooms/$roomId" params={{ roomId: room.id }} className="min-w-40 flex-1 rounded-s">
				<span className="flex items-baseline gap-2">
					<span className="truncate font-semibold">{name}</span>
					{room.last_item && (
						<time className="shrink-0 text-xs text-muted">{shortTime(room.last_item.at, locale)}</time>
					)}
				</span>
				<Newest room={room} />
			</Link>
			{peer && <PersonMenu person={peer} request={room.id} onBlocked={() => dismiss.mutate()} />}
			<div className="ms-auto flex gap-2">
				<Button look="danger" small busy={decline.isPending} onClick={() => decline.mutate()}>
					{t("requests.decline")}
				</Button>
				<Button look="primary" small busy={accept.isPending} onClick={() => accept.mutate()}>
					{t("requests.accept")}
				</Button>
			</div>
		</li>
	);
}
