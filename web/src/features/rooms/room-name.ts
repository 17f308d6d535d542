import type { TFunction } from "i18next";
import { briefOf, type Picture, type Room } from "@/sdk";

/** What a room is called: its title, or the other person. */
export function roomName(room: Room, t: TFunction): string {
	if (room.kind === "group") return room.title || t("rooms.untitled");
	return briefOf(room.peer)?.display_name ?? t("rooms.deletedPerson");
}

/** What a room is shown by: its picture, or that of the other person. */
export function roomPicture(room: Room | null | undefined): Picture | null | undefined {
	return room?.kind === "group" ? room.avatar : briefOf(room?.peer)?.avatar;
}
