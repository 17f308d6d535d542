import {
	Archive,
	ArchiveRestore,
	Bell,
	BellOff,
	BellRing,
	Mail,
	MailOpen,
	Moon,
	Pin,
	PinOff,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Room } from "@/sdk";
import { hasUnread, isMuted } from "@/sdk/rooms";
import { MenuItem } from "@/ui/menu";
import { useRoomPrefs } from "./use-room-prefs";

/** What one can do with a conversation for oneself; nobody else is told. */
export function RoomMenuItems({ room, onNotify }: { room: Room; onNotify: () => void }) {
	const { t } = useTranslation();
	const prefs = useRoomPrefs(room);
	return (
		<>
			<MenuItem
				icon={room.pinned ? <PinOff size={16} /> : <Pin size={16} />}
				onSelect={() => prefs.pin(!room.pinned)}
			>
				{room.pinned ? t("rooms.unpin") : t("rooms.pin")}
			</MenuItem>
			{hasUnread(room) ? (
				<MenuItem icon={<MailOpen size={16} />} onSelect={prefs.markRead}>
					{t("rooms.markRead")}
				</MenuItem>
			) : (
				<MenuItem icon={<Mail size={16} />} onSelect={prefs.markUnread}>
					{t("rooms.markUnread")}
				</MenuItem>
			)}
			{isMuted(room) ? (
				<MenuItem icon={<BellRing size={16} />} onSelect={prefs.unmute}>
					{t("rooms.unmute")}
				</MenuItem>
			) : (
				<>
					<MenuItem icon={<Moon size={16} />} onSelect={prefs.muteForNow}>
						{t("rooms.muteForNow")}
					</MenuItem>
					<MenuItem icon={<BellOff size={16} />} onSelect={prefs.muteForGood}>
						{t("rooms.muteForGood")}
					</MenuItem>
				</>
			)}
			<MenuItem icon={<Bell size={16} />} onSelect={onNotify}>
				{t("notify.title")}
			</MenuItem>
			<MenuItem
				icon={room.archived ? <ArchiveRestore size={16} /> : <Archive size={16} />}
				onSelect={() => prefs.archive(!room.archived)}
			>
				{room.archived ? t("rooms.unarchive") : t("rooms.archive")}
			</MenuItem>
		</>
	);
}
