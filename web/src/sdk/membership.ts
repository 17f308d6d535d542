import type { Envelope, Id } from "./types";

/** Changes after which somebody is no member. */
const ENDS = ["left", "removed", "banned"];

/** Who is no member any more since this event, if it says that of somebody. */
export const whoLeft = ({ kind, body }: Envelope): Id | undefined =>
	kind === "membership" && ENDS.includes(body.change ?? "") ? (body.user_id ?? undefined) : undefined;
