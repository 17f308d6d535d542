import { MessagesSquare } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { useItemNow } from "@/app/living";
import { shortTime } from "@/i18n/time";
import type { FollowedThread, Id, Item, Room } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useFolds } from "../blocked/use-blocked";
import { goneWords } from "../conversation/gone";
import { useThreads } from "./use-threads";

/** In the head of a conversation: in how many threads there is something to read, and the list of those one follows. */
export function ThreadsButton({
	room,
	nameOf,
	onOpen,
}: {
	room: Room;
	nameOf: (id: Id) => string;
	onOpen: (root: Id) => void;
}) {
	const { t } = useTranslation();
	const query = useThreads(room.id);
	const [open, setOpen] = useState(false);
	const { foldOf } = useFolds(room);
	const count = room.unread_threads;
	if (query.threads.length === 0) return null;
	return (
		<>
			<IconButton
				label={count > 0 ? t("threads.unread", { count }) : t("threads.list")}
				onClick={() => setOpen(true)}
				className="relative"
			>
				<MessagesSquare size={20} aria-hidden="true" />
				{count > 0 && (
					<span
						aria-hidden="true"
						className="absolute top-0.5 end-0 min-w-4.5 rounded-full bg-accent px-1 text-center text-xs font-bold text-on-accent"
					>
						{count > 99 ? "99+" : count}
					</span>
				)}
			</IconButton>
			<Dialog
				open={open}
				onClose={() => setOpen(false)}
				title={t("threads.list")}
				actions={<Button onClick={() => setOpen(false)}>{t("common.close")}</Button>}
			>
				<ul className="flex flex-col gap-2">
					{query.threads.map((thread) => (
						<ThreadRow
							key={thread.root.id}
							thread={thread}
							nameOf={(root) => (foldOf(root) === "folded" ? null : nameOf(root.sender_id))}
							onOpen={() => {
								setOpen(false);
								onOpen(thread.root.id);
							}}
						/>
					))}
				</ul>
				{query.hasNextPage && (
					<Button
						look="quiet"
						className="mx-auto"
						busy={query.isFetchingNextPage}
						onClick={() => void query.fetchNextPage()}
					>
						{t("common.more")}
					</Button>
				)}
			</Dialog>
		</>
	);
}

function ThreadRow({
	thread: { root: first, unread },
	nameOf,
	onOpen,
}: {
	thread: FollowedThread;
	/** None: it began with somebody whom the reader blocks. */
	nameOf: (root: Item) => string | null;
	onOpen: () => void;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const root = useItemNow(first);
	const name = nameOf(root);
	return (
		<li className="rounded-m border border-line">
			<button
				type="button"
				onClick={onOpen}
				className="block w-full rounded-m p-3 text-start hover:bg-sunken"
			>
				{name !== null && <span className="block text-sm font-semibold text-accent">{name}</span>}
				<span
					dir="auto"
					className={
						root.redacted || name === null
							? "line-clamp-2 text-beside text-muted italic"
							: "line-clamp-2 break-words text-beside"
					}
				>
					{root.redacted ? goneWords(root, t) : name === null ? t("blocked.message") : root.body.text}
				</span>
				<span className="mt-1 flex items-center gap-2 text-sm text-muted">
					<span>{t("threads.replies", { count: root.thread?.replies ?? 0 })}</span>
					{root.thread && (
						<time dateTime={root.thread.last_at}>{shortTime(root.thread.last_at, locale)}</time>
					)}
					{unread > 0 && (
						<span className="ms-auto min-w-5 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-bold text-on-accent">
							<span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
							<span className="sr-only">{t("rooms.unread", { count: unread })}</span>
						</span>
					)}
				</span>
			</button>
		</li>
	);
}
