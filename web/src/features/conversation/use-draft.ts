import { useCallback, useSyncExternalStore } from "react";
import { useSignedIn } from "@/app/hooks";

const listeners = new Set<() => void>();
const MAX = 20_000;

/** What was written in a room and not sent: kept on this device, over reloads. */
export function useDraft(roomId: string): [string, (text: string) => void] {
	const { me } = useSignedIn();
	const key = `chatlink.draft.${me.id}.${roomId}`;
	const draft = useSyncExternalStore(subscribe, () => read(key));
	const set = useCallback(
		(text: string) => {
			try {
				if (text) localStorage.setItem(key, text.slice(0, MAX));
				else localStorage.removeItem(key);
			} catch {
				// A closed storage keeps no drafts; typing still works, as the composer holds its own text.
			}
			for (const tell of listeners) tell();
		},
		[key],
	);
	return [draft, set];
}

function subscribe(tell: () => void): () => void {
	listeners.add(tell);
	return () => listeners.delete(tell);
}

function read(key: string): string {
	try {
		return localStorage.getItem(key) ?? "";
	} catch {
		return "";
	}
}
