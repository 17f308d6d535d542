import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useAnnouncing } from "@/features/notifications/use-announcing";
import { briefOf, type Room } from "@/sdk";
import { useRooms, useSignedIn } from "./hooks";
import { keys } from "./queries";
import { api } from "./session";

/** What holds for the whole app: the badge in the title, and what the line needs. */
export function useLiveShell(): void {
	const { badge } = useRooms();
	useLiveLine();
	useAnnouncing();

	useEffect(() => {
		document.title = badge > 0 ? `(${badge}) ChatLink` : "ChatLink";
		return () => {
			document.title = "ChatLink";
		};
	}, [badge]);
}

/** Wakes the line, and watches who is online. */
export function useLiveLine(): void {
	const { engine } = useSignedIn();
	const { rooms } = useRooms();
	// What counts in the badge rests on it.
	useQuery({ queryKey: keys.settings, queryFn: api.me.settings });

	useEffect(() => {
		const wake = () => document.visibilityState === "visible" && engine.nudge();
		const flush = () => engine.positions.flush();
		addEventListener("online", wake);
		addEventListener("pagehide", flush);
		document.addEventListener("visibilitychange", wake);
		return () => {
			removeEventListener("online", wake);
			removeEventListener("pagehide", flush);
			document.removeEventListener("visibilitychange", wake);
		};
	}, [engine]);

	const peers = rooms.flatMap((room) => peerId(room) ?? []).join();
	useEffect(() => engine.presence.watch(peers ? peers.split(",") : []), [engine, peers]);
}

export function peerId(room: Room): string | undefined {
	return briefOf(room.peer)?.id;
}
