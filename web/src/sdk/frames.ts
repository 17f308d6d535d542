import type { Envelope, Id, Problem, Receipt } from "./types";

export interface Head {
	seq: number;
	rev: number;
}

export interface Hello {
	type: "hello";
	epoch: string;
	user_id: Id;
	user_seq: number;
	limits: { text_bytes?: number; frame_bytes?: number; edit_seconds?: number };
	heads?: Record<Id, Head>;
}

export interface UserEvent {
	type: "user_event";
	user_seq: number;
	kind: string;
	subject: Id;
	body: Record<string, unknown>;
}

/** What the server says unasked. A frame of another type is ignored. */
export type ServerFrame =
	| Hello
	| UserEvent
	| { type: "event"; event: Envelope }
	| { type: "receipts"; room_id: Id; rev: number; items: Receipt[] }
	| { type: "typing"; room_id: Id; user_id: Id }
	| { type: "presence"; user_id: Id; online: boolean; last_seen_at?: string | null }
	| { type: "room_presence"; room_id: Id; online: number }
	| { type: "heads"; rooms: Record<Id, Head>; user_seq: number }
	| { type: "gap"; room_id: Id; from: number; to: number }
	| { type: "reset" }
	| { type: "resync" }
	| { type: "bye"; code: string };

export interface Reply {
	id: number;
	ok?: Record<string, unknown>;
	error?: Problem;
}

export interface Command {
	type: string;
	[field: string]: unknown;
}

export interface Ack {
	seq: number;
	id: Id;
	at: string;
}
