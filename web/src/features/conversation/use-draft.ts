import { useCallback, useSyncExternalStore } from "react";
import { useSignedIn } from "@/app/hooks";

/** What was written in a room and not sent: over reloads, and on one's other devices. */
export function useDraft(roomId: string): [string, (text: string) => void] {
	const { drafts } = useSignedIn().engine;
	const draft = useSyncExternalStore(drafts.subscribe, () => drafts.get(roomId));
	const set = useCallback((text: string) => drafts.set(roomId, text), [drafts, roomId]);
	return [draft, set];
}
