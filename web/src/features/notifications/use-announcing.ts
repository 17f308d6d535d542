import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useRooms } from "@/app/hooks";
import { clearShown, openBy, withdrawKnown } from "./announce";

/** Leads from a notification to its conversation, and takes notifications away from whoever looks. */
export function useAnnouncing(): void {
	const navigate = useNavigate();
	const { rooms } = useRooms();
	useEffect(() => withdrawKnown(rooms), [rooms]);
	useEffect(() => {
		openBy((roomId) => void navigate({ to: "/rooms/$roomId", params: { roomId } }));
		const looked = () => document.visibilityState === "visible" && clearShown();
		document.addEventListener("visibilitychange", looked);
		return () => document.removeEventListener("visibilitychange", looked);
	}, [navigate]);
}
