import { createStore } from "zustand/vanilla";
import type { Api } from "./api";
import { Connection, type ConnectionState } from "./connection";
import { Drafts } from "./drafts";
import type { Ack, Head, Hello, ServerFrame, UserEvent } from "./frames";
import { whoLeft } from "./membership";
import { placeOf } from "./places";
import { Presence } from "./presence";
import { Positions } from "./receipts";
import { type Outgoing, SendQueue } from "./send-queue";
import { Timelines } from "./timelines";
import type { TokenSource } from "./token";
import type { Envelope, Id } from "./types";

export interface EngineEvents {
	/** A connection is up; the lists that were loaded before it may be out of date. */
	onHello: (hello: Hello) => void;
	onEvent: (event: Envelope) => void;
	onUserEvent: (event: UserEvent) => void;
	/** Nothing known before holds: reload the lists. */
	onStale: () => void;
	/** The session may have ended: ask. */
	onRefused: () => void;
}

export interface EngineOptions extends EngineEvents {
	api: Api;
	me: Id;
	url: () => string;
	token?: TokenSource;
	storage: Storage;
	socket?: (url: string) => WebSocket;
}

export interface EngineState {
	connection: ConnectionState;
	/** False until the first `hello`: a page that just opens shows no reconnect banner. */
	everReady: boolean;
	outgoing: readonly Outgoing[];
	textBytes: number;
	/** How long after it was sent a message may be edited; `null`: for ever. */
	editSeconds: number | null;
}

const MAX_RESUME = 200;
const wordOf = (told: unknown): string => (typeof told === "string" ? told : "");

/** The client without a screen: one connection, the timelines, the send queue, receipts and presence, wired together. */
export class Engine {
	readonly store = createStore<EngineState>(() => ({
		connection: { kind: "closed" },
		everReady: false,
		outgoing: [],
		textBytes: 16_384,
		editSeconds: null,
	}));
	readonly timelines: Timelines;
	readonly queue: SendQueue;
	readonly positions: Positions;
	readonly presence: Presence;
	readonly drafts: Drafts;
	private readonly connection: Connection;
	private epoch: string | null = null;
	private userSeq = 0;

	constructor(private readonly options: EngineOptions) {
		const { api, me, storage } = options;
		this.connection = new Connection({
			url: options.url,
			token: options.token,
			socket: options.socket,
			onFrame: (frame) => this.take(frame),
			onState: (connection) => this.store.setState({ connection }),
			onRefused: (attempt) => (attempt % 4 === 1 ? options.onRefused() : undefined),
		});
		this.timelines = new Timelines(api.timeline, me);
		this.positions = new Positions(api.timeline, (command) => this.connection.hint(command));
		this.presence = new Presence((command) => this.connection.hint(command), me);
		this.drafts = new Drafts(api.mine, storage, me);
		this.queue = new SendQueue({
			user: me,
			storage,
			send: (message) => this.deliver(message),
			onChange: (outgoing) => {
				this.store.setState({ outgoing });
				this.settleArrived();
			},
		});
		this.store.setState({ outgoing: this.queue.all });
		this.timelines.store.subscribe(() => this.settleArrived());
	}

	start(): void {
		this.connection.start();
	}

	stop(): void {
		this.connection.stop();
		this.queue.stop();
		this.timelines.stop();
		this.positions.stop();
		this.presence.stop();
		this.drafts.stop();
	}

	/** Leaves the line and keeps all else: `start` goes on from here. */
	disconnect(): void {
		this.connection.stop();
	}

	nudge(): void {
		this.connection.nudge();
	}

	private async deliver(message: Outgoing): Promise<Ack> {
		const { room_id, client_id, text, reply_to, mentions, mentions_all, expires_in, thread } = message;
		const ok = await this.connection.request({
			type: "send",
			room_id,
			client_id,
			text,
			reply_to,
			mentions,
			mentions_all,
			expires_in,
			thread,
		});
		return ok as unknown as Ack;
	}

	private take(frame: ServerFrame): void {
		switch (frame.type) {
			case "hello":
				this.greet(frame);
				break;
			case "event":
				this.event(frame.event);
				break;
			case "user_event":
				this.userSeq = Math.max(this.userSeq, frame.user_seq);
				this.own(frame);
				this.options.onUserEvent(frame);
				break;
			case "receipts":
				this.positions.receive(frame.room_id, frame.rev, frame.items);
				break;
			case "typing":
				this.presence.typed(frame.room_id, frame.user_id);
				break;
			case "presence":
				this.presence.seen(frame.user_id, frame.online, frame.last_seen_at);
				break;
			case "room_presence":
				this.presence.counted(frame.room_id, frame.online);
				break;
			case "heads":
				this.heads(frame.rooms, frame.user_seq);
				break;
			case "gap":
				this.options.onStale();
				void this.timelines.gap(frame.room_id);
				break;
			case "reset":
				this.reset();
				break;
			case "resync":
				this.connection.restart();
				break;
			case "bye":
				this.options.onRefused();
				break;
		}
	}

	/** What the person keeps for himself, changed here or on another device. */
	private own({ kind, subject, body }: UserEvent): void {
		const room = typeof body.room_id === "string" ? body.room_id : "";
		if (kind === "star") this.timelines.star(room, subject, body.starred === true);
		if (kind === "hide") this.timelines.hide(room, subject);
		if (kind === "draft")
			this.drafts.receive(subject, { text: wordOf(body.text), reply_to: wordOf(body.reply_to) });
	}

	private event(event: Envelope): void {
		this.timelines.receive(event);
		this.positions.arrived(event.room_id, event.seq);
		if (event.kind === "message") this.presence.wrote(event.room_id, event.sender_id);
		const gone = whoLeft(event);
		if (gone) this.positions.left(event.room_id, gone);
		this.options.onEvent(event);
	}

	private greet(hello: Hello): void {
		// The cookie is somebody else's by now: nothing of this page may be told or shown to him.
		if (hello.user_id !== this.options.me) {
			this.connection.stop();
			this.options.onRefused();
			return;
		}
		this.store.setState({
			everReady: true,
			textBytes: hello.limits?.text_bytes ?? 16_384,
			editSeconds: hello.limits?.edit_seconds ?? null,
		});
		if (this.epoch !== null && this.epoch !== hello.epoch) this.reset();
		else this.resume(hello.epoch);
		this.epoch = hello.epoch;
		this.userSeq = hello.user_seq;
		this.heads(hello.heads ?? {}, hello.user_seq);
		this.positions.repeat();
		this.presence.repeat();
		this.queue.kick();
		void this.drafts.load();
		this.options.onHello(hello);
	}

	private resume(epoch: string): void {
		const rooms = Object.fromEntries(Object.entries(this.timelines.cursors()).slice(-MAX_RESUME));
		if (Object.keys(rooms).length === 0) return;
		// Should it fail, the heads tell what is missing.
		this.connection.request({ type: "resume", epoch, user_seq: this.userSeq, rooms }).catch(() => {});
	}

	private heads(rooms: Record<Id, Head>, userSeq: number): void {
		for (const [room, head] of Object.entries(rooms)) {
			this.timelines.reach(room, head.seq);
			this.positions.reach(room, head.rev);
		}
		if (userSeq > this.userSeq) {
			this.userSeq = userSeq;
			this.options.onStale();
		}
	}

	private reset(): void {
		this.positions.reset();
		void this.timelines.reset();
		this.options.onStale();
		this.queue.kick();
	}

	/** Lets go of messages whose place in the timeline is known here, or would be if it were open. */
	private settleArrived(): void {
		const windows = this.timelines.store.getState();
		const arrived = new Set<Id>();
		for (const { client_id, room_id, thread, ack } of this.queue.all) {
			const window = windows[placeOf(room_id, thread)];
			const shown = window?.items.some((item) => item.client_id === client_id);
			if (shown || (ack && (!window || ack.seq <= window.as_of))) arrived.add(client_id);
		}
		if (arrived.size) this.queue.arrived(arrived);
	}
}
