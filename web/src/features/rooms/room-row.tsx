import { Link } from "@tanstack/react-router";
import { AtSign, BellOff, ChartBarBig, Ellipsis, MessagesSquare, Pin, UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useConnection, useLocale, useNotify, useSignedIn } from "@/app/hooks";
import { previewOf } from "@/app/live";
import { useItemNow } from "@/app/living";
import { peerId } from "@/app/use-live-shell";
import { shortTime } from "@/i18n/time";
import type { Room } from "@/sdk";
import { asksForAttention } from "@/sdk/notifies";
import { hasUnread, isMuted } from "@/sdk/rooms";
import { Avatar } from "@/ui/avatar";
import { cx } from "@/ui/cx";
import { ContextMenu, Menu } from "@/ui/menu";
import { useFolds } from "../blocked/use-blocked";
import { goneWords } from "../conversation/gone";
import { Ticks } from "../conversation/ticks";
import { useDraft } from "../conversation/use-draft";
import { useTypists } from "../conversation/use-typists";
import { NotifyDialog } from "../notifications/notify-dialog";
import { RoomMenuItems } from "./room-menu";
import { roomName, roomPicture } from "./room-name";

/** A conversation in the list: who, the newest words, when, how much is unread. */
export function RoomRow({ room, current }: { room: Room; current: boolean }) {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const peer = peerId(room);
	const known = useStore(engine.presence.store, (s) => (peer ? s.people[peer]?.online : false)) ?? false;
	// Without a connection nothing is known of anybody.
	const online = useConnection().connection.kind === "ready" && known;
	const name = roomName(room, t);
	const [choosing, setChoosing] = useState(false);
	const items = <RoomMenuItems room={room} onNotify={() => setChoosing(true)} />;
	return (
		<ContextMenu
			target={
				<li className="group relative">
					<Link
						to="/rooms/$roomId"
						params={{ roomId: room.id }}
						aria-current={current ? "page" : undefined}
						className={cx(
							"flex items-center gap-3 rounded-m px-2 py-2",
							current ? "bg-accent-soft" : "hover:bg-sunken",
						)}
					>
						<Avatar id={peer ?? room.id} name={name} picture={roomPicture(room)} online={online} />
						<div className="min-w-0 flex-1">
							<NameLine room={room} name={name} current={current} />
							<div className="flex items-center gap-2">
								<Preview room={room} current={current} />
								<Marks room={room} />
							</div>
						</div>
					</Link>
					<div className="absolute end-1.5 top-1.5 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-data-popup-open:opacity-100 pointer-coarse:hidden">
						<Menu
							label={t("rooms.actions", { name })}
							icon={<Ellipsis size={18} aria-hidden="true" />}
							className="h-6 w-8"
						>
							{items}
						</Menu>
					</div>
					<NotifyDialog room={room} open={choosing} onClose={() => setChoosing(false)} />
				</li>
			}
		>
			{items}
		</ContextMenu>
	);
}

function NameLine({ room, name, current }: { room: Room; name: string; current: boolean }) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<div className="flex items-center gap-1.5">
			{room.kind === "group" && <UsersRound size={14} className="shrink-0 text-muted" aria-hidden="true" />}
			<span className="truncate font-semibold" dir="auto">
				{name}
			</span>
			{(isMuted(room) || room.notify === "none") && (
				<span className="shrink-0 text-muted">
					<BellOff size={14} aria-hidden="true" />
					<span className="sr-only">{t("rooms.muted")}</span>
				</span>
			)}
			{room.last_item && (
				<time
					dateTime={room.last_item.at}
					className={cx(
						"ms-auto shrink-0 text-xs pointer-fine:group-focus-within:invisible pointer-fine:group-hover:invisible pointer-fine:group-has-data-popup-open:invisible",
						current ? "text-accent-ink" : "text-muted",
					)}
				>
					{shortTime(room.last_item.at, locale)}
				</time>
			)}
		</div>
	);
}

/** At the end of the second line: how much is unread, quiet where it asks for no attention; else that a thread has news, or that it is pinned. */
function Marks({ room }: { room: Room }) {
	const { t } = useTranslation();
	const notify = useNotify();
	if (!hasUnread(room) && room.unread_threads > 0) {
		return (
			<span className="ms-auto shrink-0 text-accent">
				<MessagesSquare size={15} aria-hidden="true" />
				<span className="sr-only">{t("threads.unread", { count: room.unread_threads })}</span>
			</span>
		);
	}
	if (hasUnread(room)) {
		return (
			<>
				{room.unread_mentions > 0 && (
					<span className="ms-auto shrink-0 text-accent">
						<AtSign size={15} aria-hidden="true" />
						<span className="sr-only">{t("mentions.unread", { count: room.unread_mentions })}</span>
					</span>
				)}
				<span
					className={cx(
						room.unread_mentions > 0 ? "" : "ms-auto",
						"min-w-5 shrink-0 rounded-full px-1.5 text-center text-xs leading-5 font-bold",
						asksForAttention(room, notify) ? "bg-accent text-on-accent" : "bg-muted text-surface",
					)}
				>
					<span aria-hidden="true">{room.unread > 99 ? "99+" : room.unread || "•"}</span>
					<span className="sr-only">
						{room.unread > 0 ? t("rooms.unread", { count: room.unread }) : t("rooms.markedUnread")}
					</span>
				</span>
			</>
		);
	}
	if (!room.pinned) return null;
	return (
		<span className="ms-auto shrink-0 text-muted">
			<Pin size={14} aria-hidden="true" />
			<span className="sr-only">{t("rooms.pinned")}</span>
		</span>
	);
}

/** What stands under the name: typing, a draft, or the newest item. */
function Preview({ room, current }: { room: Room; current: boolean }) {
	const { t } = useTranslation();
	const { me } = useSignedIn();
	const typing = useTypists(room.id).length > 0;
	const { text: draft } = useDraft(room.id);
	const item = useItemNow(room.last_item);
	const { foldOf, pending } = useFolds(room);
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
	if (pending) return <span className={look}>…</span>;
	if (foldOf(item) !== "none") return <span className={cx(look, "italic")}>{t("blocked.message")}</span>;
	if (item.redacted) return <span className={cx(look, "italic")}>{goneWords(item, t)}</span>;
	return (
		<>
			{item.sender_id === me.id && <Ticks roomId={room.id} seq={item.seq} />}
			{item.body.poll && (
				<span className={cx("shrink-0", current ? "text-accent-ink" : "text-muted")}>
					<ChartBarBig size={14} aria-hidden="true" />
					<span className="sr-only">{t("polls.poll")}</span>
				</span>
			)}
			<span className={look} dir="auto">
				{previewOf(item)}
			</span>
		</>
	);
}
