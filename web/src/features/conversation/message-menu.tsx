import {
	Copy,
	EyeOff,
	Flag,
	Forward,
	History,
	Lock,
	MessagesSquare,
	Pencil,
	Pin,
	PinOff,
	Reply,
	SmilePlus,
	SpellCheck,
	Star,
	StarOff,
	Trash2,
	UsersRound,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSignedIn } from "@/app/hooks";
import type { Item } from "@/sdk";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { toast } from "@/ui/toast";
import { CorrectDialog } from "../corrections/correct-dialog";
import { isCorrectable } from "../corrections/use-corrections";
import { EmojiDialog } from "../emoji/emoji-dialog";
import { QuickReactions } from "../emoji/quick-reactions";
import { ForwardDialog } from "../forward/forward-dialog";
import { ReportDialog } from "../people/report-dialog";
import { mayPin, usePin } from "../pins/use-pins";
import { ClosePollDialog } from "../polls/close-poll-dialog";
import { isOver, mayClose } from "../polls/use-poll";
import { VersionsDialog } from "../versions/versions-dialog";
import { useConversation } from "./context";
import { DeleteDialog } from "./delete-dialog";
import { HideDialog } from "./hide-dialog";
import { ReadersDialog } from "./readers-dialog";
import { useMessageActs } from "./use-message-acts";

/** A message's actions; its button appears under the pointer and for the keyboard, and is always there on touch. */
export function MessageMenu({ item, own, tabIndex }: { item: Item; own: boolean; tabIndex: number }) {
	const { t } = useTranslation();
	const { room, person, onReply, onThread } = useConversation();
	const { react, star } = useMessageActs(room.id);
	const pin = usePin(room);
	const [dialog, setDialog] = useState<
		"delete" | "report" | "correct" | "hide" | "readers" | "versions" | "forward" | "close" | "emoji" | null
	>(null);
	const close = () => setDialog(null);
	const sender = person(item.sender_id);
	return (
		<div className="self-center opacity-0 transition-opacity duration-100 group-focus-within:opacity-100 group-hover:opacity-100 has-data-popup-open:opacity-100 pointer-coarse:opacity-60">
			<Menu
				align={own ? "end" : "start"}
				label={t("message.actions")}
				icon={<SmilePlus size={17} aria-hidden="true" />}
				className="size-8"
				tabIndex={tabIndex}
			>
				<QuickReactions
					item={item}
					onReact={(key) => react.mutate({ item, key })}
					onMore={() => setDialog("emoji")}
				/>
				<MenuSeparator />
				<MenuItem icon={<Reply size={16} className="rtl:-scale-x-100" />} onSelect={() => onReply(item)}>
					{t("message.reply")}
				</MenuItem>
				{onThread && !item.body.thread && (
					<MenuItem icon={<MessagesSquare size={16} />} onSelect={() => onThread(item.id)}>
						{t("threads.menu")}
					</MenuItem>
				)}
				<MenuItem icon={<Copy size={16} />} onSelect={() => void copy(wordsOf(item), t("message.copied"))}>
					{t("message.copy")}
				</MenuItem>
				{item.body.expires_at == null && !item.body.poll && (
					<MenuItem
						icon={<Forward size={16} className="rtl:-scale-x-100" />}
						onSelect={() => setDialog("forward")}
					>
						{t("forward.menu")}
					</MenuItem>
				)}
				{mayPin(room) && (
					<MenuItem
						icon={item.pinned ? <PinOff size={16} /> : <Pin size={16} />}
						onSelect={() => pin.mutate({ item, pinned: !item.pinned })}
					>
						{item.pinned ? t("pins.unpin") : t("pins.pin")}
					</MenuItem>
				)}
				<MenuItem
					icon={item.starred ? <StarOff size={16} /> : <Star size={16} />}
					onSelect={() => star.mutate(item)}
				>
					{item.starred ? t("message.unstar") : t("message.star")}
				</MenuItem>
				{room.kind === "group" && !item.body.thread && (
					<MenuItem icon={<UsersRound size={16} />} onSelect={() => setDialog("readers")}>
						{t("message.showReaders")}
					</MenuItem>
				)}
				{item.edited_at && (
					<MenuItem icon={<History size={16} />} onSelect={() => setDialog("versions")}>
						{t("versions.title")}
					</MenuItem>
				)}
				{mayClose(room, item, own) && !isOver(item) && (
					<MenuItem icon={<Lock size={16} />} onSelect={() => setDialog("close")}>
						{t("polls.close")}
					</MenuItem>
				)}
				<MenuItem icon={<EyeOff size={16} />} onSelect={() => setDialog("hide")}>
					{t("message.hide")}
				</MenuItem>
				{own ? (
					<>
						{!item.body.poll && !room.pending?.by_me && <EditItem item={item} />}
						<MenuItem danger icon={<Trash2 size={16} />} onSelect={() => setDialog("delete")}>
							{t("message.delete")}
						</MenuItem>
					</>
				) : (
					<>
						{isCorrectable(item) && (
							<MenuItem icon={<SpellCheck size={16} />} onSelect={() => setDialog("correct")}>
								{t("corrections.menu")}
							</MenuItem>
						)}
						<MenuItem icon={<Flag size={16} />} onSelect={() => setDialog("report")}>
							{t("message.report")}
						</MenuItem>
					</>
				)}
			</Menu>
			<EmojiDialog
				open={dialog === "emoji"}
				onClose={close}
				onPick={(key) => {
					close();
					react.mutate({ item, key });
				}}
			/>
			<DeleteDialog item={item} open={dialog === "delete"} onClose={close} />
			{dialog === "correct" && <CorrectDialog roomId={room.id} item={item} onClose={close} />}
			<HideDialog item={item} open={dialog === "hide"} onClose={close} />
			{dialog === "close" && <ClosePollDialog roomId={room.id} item={item} onClose={close} />}
			{dialog === "versions" && <VersionsDialog roomId={room.id} item={item} onClose={close} />}
			<ReadersDialog item={item} open={dialog === "readers"} onClose={close} />
			{dialog === "forward" && <ForwardDialog roomId={room.id} item={item} onClose={close} />}
			{sender && (
				<ReportDialog
					person={sender}
					roomId={room.id}
					eventId={item.id}
					open={dialog === "report"}
					onClose={close}
				/>
			)}
		</div>
	);
}

/** While the server lets it be edited; decided when the menu opens. */
function EditItem({ item }: { item: Item }) {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const { onEdit } = useConversation();
	const seconds = useStore(engine.store, (s) => s.editSeconds);
	if (seconds !== null && Date.now() - Date.parse(item.at) > seconds * 1000) return null;
	return (
		<MenuItem icon={<Pencil size={16} />} onSelect={() => onEdit(item)}>
			{t("message.edit")}
		</MenuItem>
	);
}

/** What is copied of a message: of a poll the options, too. */
const wordsOf = ({ body }: Item) =>
	[body.text ?? "", ...(body.poll?.options ?? []).map((option) => `– ${option}`)].join("\n");

async function copy(text: string, done: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		toast(done);
	} catch {
		// The browser refused; selecting by hand remains.
	}
}
