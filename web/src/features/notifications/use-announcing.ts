import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { clearShown, openBy } from "./announce";

/** Leads from a notification to its conversation, and takes notifications away from whoever looks. */
export function useAnnouncing(): void {
	const navigate = useNavigate();
	useEffect(() => {
		openBy((roomId) => void navigate({ to: "/rooms/$roomId", params: { roomId } }));
		const looked = () => document.visibilityState === "visible" && clearShown();
		document.addEventListener("visibilitychange", looked);
		return () => document.removeEventListener("visibilitychange", looked);
	}, [navigate]);
}
