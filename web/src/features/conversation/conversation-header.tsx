import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, BellOff, CalendarDays, Ellipsis, Search, Timer } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useConnection, useLocale, useSignedIn } from "@/app/hooks";
import { ago } from "@/i18n/time";
import { type Brief, briefOf, type Room } from "@/sdk";
import { isMuted } from "@/sdk/rooms";
import { Avatar } from "@/ui/avatar";
import { Handle } from "@/ui/handle";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { PageHeading } from "@/ui/page";
import { maySetTimer } from "../groups/ranks";
import { NotifyDialog } from "../notifications/notify-dialog";
import { PersonMenu } from "../people/person-menu";
import { useAnswerRequest } from "../requests/use-requests";
import { RoomMenuItems } from "../rooms/room-menu";
import { roomName, roomPicture } from "../rooms/room-name";
import { TimerDialog } from "../timer/timer-dialog";
import { DayDialog } from "./day-dialog";

/** Who one talks with; leads to the profile or the group's page. */
export function ConversationHeader({ room, children }: { room: Room; children?: ReactNode }) {
	const { t } = useTranslation();
	const name = roomName(room, t);
	const peer = briefOf(room.peer);
	const asked = room.pending != null && !room.pending.by_me;
	return (
		<header className="flex min-h-16 shrink-0 items-center gap-3 border-b border-line bg-surface px-3 md:px-6">
			<Link
				to="/rooms"
				aria-label={t("common.back")}
				className="rounded-m p-2 text-muted hover:bg-sunken hover:text-ink md:hidden"
			>
				<ArrowLeft size={20} className="rtl:-scale-x-100" aria-hidden="true" />
			</Link>
			<HeaderLink room={room} peer={peer}>
				<Avatar id={peer?.id ?? room.id} name={name} picture={roomPicture(room)} size="s" />
				<span className="flex min-w-0 flex-col">
					<span className="flex min-w-0 items-center gap-1.5">
						<PageHeading className="truncate text-base leading-5">{name}</PageHeading>
						{(isMuted(room) || room.notify === "none") && (
							<span className="shrink-0 text-muted">
								<BellOff size={14} aria-hidden="true" />
								<span className="sr-only">{t("rooms.muted")}</span>
							</span>
						)}
					</span>
					{peer ? <PeerState peer={peer} /> : room.kind === "group" && <GroupState room={room} />}
				</span>
			</HeaderLink>
			{!asked && (
				<Link
					to="/search"
					search={{ room: room.id }}
					aria-label={t("search.here")}
					title={t("search.here")}
					className="rounded-m p-2.5 text-muted hover:bg-sunken hover:text-ink"
				>
					<Search size={20} aria-hidden="true" />
				</Link>
			)}
			{children}
			<RoomMenu room={room} peer={peer} />
		</header>
	);
}

/** What one can do with the conversation, and about the other person. A request has its own two answers. */
function RoomMenu({ room, peer }: { room: Room; peer?: Brief }) {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const asked = room.pending != null && !room.pending.by_me;
	const { dismiss } = useAnswerRequest(room.id);
	const [dialog, setDialog] = useState<"timer" | "notify" | "day" | null>(null);
	function onBlocked() {
		if (asked) dismiss.mutate();
		void navigate({ to: "/rooms" });
	}
	const items = asked ? null : (
		<>
			<RoomMenuItems room={room} onNotify={() => setDialog("notify")} />
			<MenuItem icon={<CalendarDays size={16} />} onSelect={() => setDialog("day")}>
				{t("day.title")}
			</MenuItem>
			{maySetTimer(room) && (
				<MenuItem icon={<Timer size={16} />} onSelect={() => setDialog("timer")}>
					{t("timer.title")}
				</MenuItem>
			)}
		</>
	);
	const dialogs = (
		<>
			<TimerDialog room={room} open={dialog === "timer"} onClose={() => setDialog(null)} />
			<NotifyDialog room={room} open={dialog === "notify"} onClose={() => setDialog(null)} />
			{dialog === "day" && <DayDialog room={room} onClose={() => setDialog(null)} />}
		</>
	);
	if (peer) {
		return (
			<>
				{dialogs}
				<PersonMenu person={peer} request={asked ? room.id : undefined} onBlocked={onBlocked}>
					{items && (
						<>
							{items}
							<MenuSeparator />
						</>
					)}
				</PersonMenu>
			</>
		);
	}
	if (!items) return null;
	return (
		<>
			{dialogs}
			<Menu
				label={t("rooms.actions", { name: roomName(room, t) })}
				icon={<Ellipsis size={20} aria-hidden="true" />}
			>
				{items}
			</Menu>
		</>
	);
}

function HeaderLink({ room, peer, children }: { room: Room; peer?: Brief; children: React.ReactNode }) {
	const look = "flex min-w-0 flex-1 items-center gap-3 rounded-m py-1";
	if (room.kind === "group")
		return (
			<Link to="/rooms/$roomId/about" params={{ roomId: room.id }} className={look}>
				{children}
			</Link>
		);
	if (!peer) return <div className={look}>{children}</div>;
	return (
		<Link to="/people/$userId" params={{ userId: peer.id }} className={look}>
			{children}
		</Link>
	);
}

/** Above so many members nobody can watch all of them: how many are there is told instead. */
const LARGE = 200;

/** How many are in a group, and in a large one how many of them are there. */
function GroupState({ room }: { room: Room }) {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const large = room.member_count > LARGE;
	useEffect(() => {
		engine.presence.watchRoom(large ? room.id : null);
		return () => engine.presence.watchRoom(null);
	}, [engine, large, room.id]);
	const told = useStore(engine.presence.store, (s) => s.counts[room.id]);
	// Without a connection nothing is known of anybody.
	const online = useConnection().connection.kind === "ready" ? told : undefined;
	return (
		<span className="truncate text-sm text-muted">
			{t("groups.memberCount", { count: room.member_count })}
			{online !== undefined && ` · ${t("groups.onlineCount", { count: online })}`}
		</span>
	);
}

function PeerState({ peer }: { peer: Brief }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { engine } = useSignedIn();
	const known = useStore(engine.presence.store, (s) => s.people[peer.id]);
	// Without a connection nothing is known of anybody.
	const state = useConnection().connection.kind === "ready" ? known : undefined;
	const words = state?.online
		? t("people.online")
		: state?.last_seen_at
			? t("people.lastSeen", { when: ago(state.last_seen_at, locale) })
			: null;
	return (
		<span className={state?.online ? "truncate text-sm text-accent" : "truncate text-sm text-muted"}>
			{words ?? <Handle username={peer.username} />}
		</span>
	);
}
