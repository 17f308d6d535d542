import type { Envelope, Id } from "./types";

/** Whether the message of somebody else names one, or all. */
export const namesMe = ({ kind, sender_id, body }: Envelope, me: Id): boolean =>
	kind === "message" && sender_id !== me && (body.mentions_all || body.mentions?.includes(me) || false);
