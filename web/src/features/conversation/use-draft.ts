import { useCallback, useSyncExternalStore } from "react";
import { useSignedIn } from "@/app/hooks";

/** What was written in a room and not sent: over reloads, and on one's other devices. In a thread: on this one. */
export function useDraft(roomId: string, thread?: string): [string, (text: string) => void] {
	const { drafts } = useSignedIn().engine;
	const draft = useSyncExternalStore(drafts.subscribe, () =>
		thread ? drafts.beneath(thread) : drafts.get(roomId),
	);
	const set = useCallback(
		(text: string) => (thread ? drafts.setBeneath(thread, text) : drafts.set(roomId, text)),
		[drafts, roomId, thread],
	);
	return [draft, set];
}
