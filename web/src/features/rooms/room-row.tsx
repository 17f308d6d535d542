import { Link } from "@tanstack/react-router";
import { BellOff, UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useLocale, useSignedIn } from "@/app/hooks";
import { previewOf } from "@/app/live";
import { peerId } from "@/app/use-live-shell";
import { shortTime } from "@/i18n/time";
import type { Room } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { cx } from "@/ui/cx";
import { Ticks } from "../conversation/ticks";
import { useDraft } from "../conversation/use-draft";
import { useTypists } from "../conversation/use-typists";
import { roomName } from "./room-name";

/** A conversation in the list: who, the newest words, when, how much is unread. */
export function RoomRow({ room, current }: { room: Room; current: boolean }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { engine } = useSignedIn();
	const peer = peerId(room);
	const online = useStore(engine.presence.store, (s) => (peer ? s.people[peer]?.online : false)) ?? false;
	const name = roomName(room, t);
	const unread = room.unread > 0 || room.marked_unread;
	return (
		<li>
			<Link
				to="/rooms/$roomId"
				params={{ roomId: room.id }}
				aria-current={current ? "page" : undefined}
				className={cx(
					"flex items-center gap-3 rounded-m px-2 py-2",
					current ? "bg-accent-soft" : "hover:bg-sunken",
				)}
			>
				<Avatar id={peer ?? room.id} name={name} online={online} />
				<div className="min-w-0 flex-1">
					<div className="flex items-center gap-1.5">
						{room.kind === "group" && (
							<UsersRound size={14} className="shrink-0 text-muted" aria-hidden="true" />
						)}
						<span className="truncate font-semibold">{name}</span>
						{room.muted_until && (
							<BellOff size={14} className="shrink-0 text-muted" aria-label={t("rooms.muted")} />
						)}
						<span className={cx("ml-auto shrink-0 text-xs", current ? "text-accent-ink" : "text-muted")}>
							{room.last_item && (
								<time dateTime={room.last_item.at}>{shortTime(room.last_item.at, locale)}</time>
							)}
						</span>
					</div>
					<div className="flex items-center gap-2">
						<Preview room={room} current={current} />
						{unread && (
							<span className="ml-auto min-w-5 shrink-0 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-bold text-on-accent">
								<span aria-hidden="true">{room.unread > 99 ? "99+" : room.unread || "•"}</span>
								<span className="sr-only">{t("rooms.unread", { count: room.unread })}</span>
							</span>
						)}
					</div>
				</div>
			</Link>
		</li>
	);
}

/** What stands under the name: typing, a draft, or the newest item. */
function Preview({ room, current }: { room: Room; current: boolean }) {
	const { t } = useTranslation();
	const { me } = useSignedIn();
	const typing = useTypists(room.id).length > 0;
	const [draft] = useDraft(room.id);
	const item = room.last_item;
	const look = cx("truncate text-sm", current ? "text-accent-ink" : "text-muted");
	if (typing)
		return <span className="truncate text-sm font-medium text-accent">{t("conversation.typingShort")}</span>;
	if (draft && !current)
		return (
			<span className={look}>
				<span className="font-medium text-danger">{t("rooms.draft")}</span> {draft.slice(0, 160)}
			</span>
		);
	if (!item) return <span className={look}>{t("rooms.noMessages")}</span>;
	if (item.kind !== "message") return <span className={look}>{t("rooms.roomChange")}</span>;
	if (item.redacted) return <span className={cx(look, "italic")}>{t("message.deleted")}</span>;
	return (
		<>
			{item.sender_id === me.id && <Ticks roomId={room.id} seq={item.seq} />}
			<span className={look} dir="auto">
				{previewOf(item)}
			</span>
		</>
	);
}
