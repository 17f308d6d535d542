import { Link, Outlet, useMatchRoute, useParams } from "@tanstack/react-router";
import {
	Archive,
	BookUser,
	ChevronDown,
	ChevronRight,
	Compass,
	Inbox,
	MessageCircle,
	Search,
	Star,
	UsersRound,
} from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useArchivedRooms, useRequestCount, useRooms } from "@/app/hooks";
import type { Room } from "@/sdk";
import { byActivity, hasUnread } from "@/sdk/rooms";
import { Button, buttonClass } from "@/ui/button";
import { cx } from "@/ui/cx";
import { PageHeading } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { ScheduledBar } from "../scheduled/scheduled-bar";
import { useScheduled } from "../scheduled/use-scheduled";
import { RoomRow } from "./room-row";

/** The conversations, beside the open one where the screen is wide enough. */
export function RoomsPage() {
	const { t } = useTranslation();
	const { roomId } = useParams({ strict: false });
	const open = roomId !== undefined;
	const query = useRooms();
	const archived = useArchivedRooms();
	const nothing =
		!open && query.isSuccess && archived.isSuccess && !query.rooms.length && !archived.rooms.length;
	return (
		<>
			<section
				aria-label={t("rooms.title")}
				className={cx(
					"min-h-0 w-full flex-col border-line bg-surface md:flex",
					open ? "hidden" : "flex",
					!nothing && "md:w-88 md:shrink-0 md:border-e",
				)}
			>
				<ListHeader focus={!open} />
				<NotSent />
				<RoomList />
			</section>
			{!nothing && (
				<div className={cx("min-h-0 min-w-0 flex-1", open ? "flex" : "hidden md:flex")}>
					{open ? (
						<Outlet />
					) : (
						<Empty icon={MessageCircle} title={t("rooms.pick")}>
							{t("rooms.pickHint")}
						</Empty>
					)}
				</div>
			)}
		</>
	);
}

/** Messages for later that could not be sent, wherever they were meant to go. */
function NotSent() {
	return <ScheduledBar messages={useScheduled().filter((message) => message.failed)} />;
}

function ListHeader({ focus }: { focus: boolean }) {
	const { t } = useTranslation();
	return (
		<header className="flex min-h-16 shrink-0 items-center gap-1 px-4">
			{focus ? (
				<PageHeading>{t("rooms.title")}</PageHeading>
			) : (
				<p className="flex-1 text-lg font-semibold tracking-tight">{t("rooms.title")}</p>
			)}
			<Link
				to="/search"
				aria-label={t("search.label")}
				title={t("search.label")}
				className="rounded-m p-2.5 text-muted hover:bg-sunken hover:text-ink"
			>
				<Search size={20} aria-hidden="true" />
			</Link>
			<Link
				to="/contacts"
				aria-label={t("contactList.title")}
				title={t("contactList.title")}
				className="rounded-m p-2.5 text-muted hover:bg-sunken hover:text-ink"
			>
				<BookUser size={20} aria-hidden="true" />
			</Link>
			<Link
				to="/stars"
				aria-label={t("stars.title")}
				title={t("stars.title")}
				className="rounded-m p-2.5 text-muted hover:bg-sunken hover:text-ink"
			>
				<Star size={20} aria-hidden="true" />
			</Link>
			<Link
				to="/new-group"
				aria-label={t("groups.new")}
				title={t("groups.new")}
				className="rounded-m p-2.5 text-muted hover:bg-sunken hover:text-ink"
			>
				<UsersRound size={20} aria-hidden="true" />
			</Link>
		</header>
	);
}

function RoomList() {
	const { t } = useTranslation();
	const query = useRooms();
	const putAway = useArchivedRooms();
	// A change is shown before the server's lists say it: each room stands where its own settings put it.
	const known = new Map([...query.rooms, ...putAway.rooms].map((room) => [room.id, room]));
	const rooms = [...known.values()].sort(byActivity);
	if (query.isPending) return <SkeletonRows />;
	if (query.isError && rooms.length === 0)
		return <Failed cause={query.error} onRetry={() => void query.refetch()} />;
	return (
		<div className="flex min-h-0 flex-1 flex-col overflow-y-auto pb-2">
			<RequestsRow />
			{rooms.length === 0 ? (
				<Empty
					icon={Compass}
					title={t("rooms.none")}
					action={
						<Link to="/matches" className={buttonClass("primary")}>
							{t("rooms.find")}
						</Link>
					}
				>
					{t("rooms.noneHint")}
				</Empty>
			) : (
				<>
					<Archived rooms={rooms.filter((room) => room.archived)} more={<More query={putAway} />} />
					<Rows label={t("rooms.title")} rooms={rooms.filter((room) => !room.archived)} />
				</>
			)}
			<More query={query} />
		</div>
	);
}

/** Goes on where a list ends. */
function More({ query }: { query: ReturnType<typeof useRooms> }) {
	const { t } = useTranslation();
	if (!query.hasNextPage) return null;
	return (
		<Button
			look="quiet"
			className="mx-auto mt-2"
			busy={query.isFetchingNextPage}
			onClick={() => void query.fetchNextPage()}
		>
			{t("common.more")}
		</Button>
	);
}

function Rows({ label, rooms }: { label: string; rooms: Room[] }) {
	const matchRoute = useMatchRoute();
	const isOpen = (room: Room) =>
		Boolean(matchRoute({ to: "/rooms/$roomId", params: { roomId: room.id }, fuzzy: true }));
	return (
		<ul aria-label={label} className="px-2">
			{rooms.map((room) => (
				<RoomRow key={room.id} room={room} current={isOpen(room)} />
			))}
		</ul>
	);
}

/** What was put away: one row, which unfolds. */
function Archived({ rooms, more }: { rooms: Room[]; more: ReactNode }) {
	const { t } = useTranslation();
	const [open, setOpen] = useState(false);
	const list = useId();
	const unread = rooms.filter(hasUnread).length;
	if (rooms.length === 0) return null;
	return (
		<div className={open ? "mb-1 border-b border-line pb-1" : undefined}>
			<div className="px-2">
				<button
					type="button"
					aria-expanded={open}
					aria-controls={list}
					onClick={() => setOpen(!open)}
					className="flex min-h-12 w-full items-center gap-3 rounded-m px-2 text-start font-semibold text-muted hover:bg-sunken hover:text-ink"
				>
					<span className="flex w-12 justify-center">
						<Archive size={20} aria-hidden="true" />
					</span>
					<span className="flex-1">{t("rooms.archived", { count: rooms.length })}</span>
					{unread > 0 && (
						<span className="min-w-5 rounded-full bg-muted px-1.5 text-center text-xs leading-5 font-bold text-surface">
							<span aria-hidden="true">{unread}</span>
							<span className="sr-only">{t("nav.unread", { count: unread })}</span>
						</span>
					)}
					<ChevronDown
						size={18}
						aria-hidden="true"
						className={cx("transition-transform duration-150", open && "rotate-180")}
					/>
				</button>
			</div>
			<div id={list} className="flex flex-col">
				{open && <Rows label={t("rooms.archivedList")} rooms={rooms} />}
				{open && more}
			</div>
		</div>
	);
}

function RequestsRow() {
	const { t } = useTranslation();
	const count = useRequestCount();
	if (count === 0) return null;
	return (
		<Link
			to="/requests"
			className="mx-2 mb-1 flex min-h-12 items-center gap-3 rounded-m bg-accent-soft px-3 font-semibold text-accent-ink"
		>
			<Inbox size={20} aria-hidden="true" />
			<span className="flex-1">{t("requests.count", { count })}</span>
			<ChevronRight size={18} className="rtl:-scale-x-100" aria-hidden="true" />
		</Link>
	);
}
