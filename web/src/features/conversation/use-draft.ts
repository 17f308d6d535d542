import { useCallback, useSyncExternalStore } from "react";
import { useSignedIn } from "@/app/hooks";
import type { Id } from "@/sdk";

/**
 * What was written in a room and not sent, and the message that it answers (empty: none): over reloads, and on one's other
 * devices. In a thread: on this one.
 */
export function useDraft(roomId: Id, thread?: Id) {
	const { drafts } = useSignedIn().engine;
	const text = useSyncExternalStore(drafts.subscribe, () =>
		thread ? drafts.beneath(thread) : drafts.get(roomId),
	);
	const answers = useSyncExternalStore(drafts.subscribe, () =>
		thread ? drafts.answersBeneath(thread) : drafts.answers(roomId),
	);
	const set = useCallback(
		(text: string, answers: Id = "") =>
			thread ? drafts.setBeneath(thread, text, answers) : drafts.set(roomId, text, answers),
		[drafts, roomId, thread],
	);
	return { text, answers, set };
}
