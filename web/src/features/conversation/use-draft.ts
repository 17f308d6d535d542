import { useCallback, useSyncExternalStore } from "react";
import { useSignedIn } from "@/app/hooks";

const listeners = new Set<() => void>();
const MAX = 20_000;

/** What was written in a room and not sent: kept on this device, over reloads. */
export function useDraft(roomId: string): [string, (text: string) => void] {
	const { me } = useSignedIn();
	const key = draftKey(me.id, roomId);
	const draft = useSyncExternalStore(subscribe, () => read(key));
	const set = useCallback((text: string) => write(key, text), [key]);
	return [draft, set];
}

/** Begins a draft where there is none. */
export function beginDraft(me: string, roomId: string, text: string): void {
	const key = draftKey(me, roomId);
	if (!read(key)) write(key, text);
}

const draftKey = (me: string, roomId: string) => `chatlink.draft.${me}.${roomId}`;

function write(key: string, text: string): void {
	try {
		if (text) localStorage.setItem(key, text.slice(0, MAX));
		else localStorage.removeItem(key);
	} catch {
		// A closed storage keeps no drafts; typing still works, as the composer holds its own text.
	}
	for (const tell of listeners) tell();
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
