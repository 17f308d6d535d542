import type { TFunction } from "i18next";
import { briefOf, type Room } from "@/sdk";

/** What a room is called: its title, or the other person. */
export function roomName(room: Room, t: TFunction): string {
	if (room.kind === "group") return room.title || t("rooms.untitled");
	return briefOf(room.peer)?.display_name ?? t("rooms.deletedPerson");
}
