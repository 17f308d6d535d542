import type { Notify, Room } from "@/sdk";

export const CHOICES: readonly Notify[] = ["all", "mentions", "none"];

/** Of two people every message is for the other: naming says nothing there. What another client set is shown, too. */
export const choicesOf = (room: Room): readonly Notify[] =>
	room.kind === "group" || room.notify === "mentions" ? CHOICES : CHOICES.filter((c) => c !== "mentions");
