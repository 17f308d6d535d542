/** What stands behind the question mark of our own addresses. Anything else there is passed over. */

type Given = Record<string, unknown>;

/** The message that a conversation is opened at. */
export function placeIn({ at }: Given): { at?: number } {
	return typeof at === "number" && Number.isSafeInteger(at) && at > 0 ? { at } : {};
}

/** What is looked for, and in which conversation. */
export function wordsOf({ room, q }: Given): { room?: string; q?: string } {
	return {
		...(typeof room === "string" && room ? { room } : {}),
		// A number that was typed is read as one.
		...(typeof q === "string" || typeof q === "number" ? { q: String(q) } : {}),
	};
}
