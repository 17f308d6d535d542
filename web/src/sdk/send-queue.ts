import { type Backoff, fullJitter } from "./backoff";
import type { Ack } from "./frames";
import { type ApiError, asApiError } from "./problem";
import type { Id, Problem } from "./types";
import { uuidv7 } from "./uuid";

/** A message that is not yet known to be in the timeline. */
export interface Outgoing {
	client_id: Id;
	room_id: Id;
	text: string;
	reply_to?: Id;
	mentions?: Id[];
	mentions_all?: boolean;
	/** How many seconds it shall stay. */
	expires_in?: number;
	/** The message in whose thread it shall stand. */
	thread?: Id;
	/** When it was written, in milliseconds since the epoch. */
	written_at: number;
	state: "pending" | "sent" | "failed";
	problem?: Problem;
	/** Where it stands in the timeline, once acknowledged. */
	ack?: Ack;
}

export interface SendQueueOptions {
	/** Whose messages these are: nobody else on this machine sends them. */
	user: Id;
	storage: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
	send: (message: Outgoing) => Promise<Ack>;
	onChange: (all: readonly Outgoing[]) => void;
	now?: () => number;
	random?: () => number;
	backoff?: Backoff;
}

const MAX_QUEUED = 500;
const PREFIX = "chatlink.send";

/**
 * What was written goes out once, in order per room, whatever happens in between. The name (`client_id`) is made and
 * stored before the first try, so that a repeat after a lost answer or a reload is the same message to the server.
 */
export class SendQueue {
	private list: Outgoing[] = [];
	private readonly busy = new Map<Id, number>();
	private readonly timers = new Map<Id, ReturnType<typeof setTimeout>>();
	private readonly now: () => number;
	private stopped = false;

	constructor(private readonly options: SendQueueOptions) {
		this.now = options.now ?? Date.now;
		this.list = this.load();
	}

	get all(): readonly Outgoing[] {
		return this.list;
	}

	/** Takes a message over; `null` when the queue is full. */
	enqueue(
		room_id: Id,
		text: string,
		reply_to?: Id,
		naming?: { mentions: Id[]; all: boolean },
		expires_in?: number,
		thread?: Id,
	): Outgoing | null {
		if (this.list.length >= MAX_QUEUED) return null;
		const written_at = this.now();
		const message: Outgoing = {
			client_id: uuidv7(written_at),
			room_id,
			text,
			reply_to,
			...(naming?.mentions.length ? { mentions: naming.mentions } : {}),
			...(naming?.all ? { mentions_all: true } : {}),
			...(expires_in ? { expires_in } : {}),
			...(thread ? { thread } : {}),
			written_at,
			state: "pending",
		};
		this.save(message);
		this.publish([...this.list, message]);
		void this.run(room_id);
		return message;
	}

	/** Tries a refused message again, after those that were written since. */
	retry(client_id: Id): void {
		const message = this.list.find((m) => m.client_id === client_id);
		if (message?.state !== "failed") return;
		const again: Outgoing = { ...message, state: "pending", problem: undefined, written_at: this.now() };
		this.save(again);
		this.publish([...this.list.filter((m) => m !== message), again]);
		void this.run(message.room_id);
	}

	discard(client_id: Id): void {
		this.forget(client_id);
		this.publish(this.list.filter((m) => m.client_id !== client_id));
	}

	/** Its event is in the timeline: nothing is left to show here. */
	arrived(client_ids: ReadonlySet<Id>): void {
		const left = this.list.filter((m) => !client_ids.has(m.client_id));
		if (left.length === this.list.length) return;
		for (const id of client_ids) this.forget(id);
		this.publish(left);
	}

	/** The line is up: whatever waits is tried now. */
	kick(): void {
		for (const room of new Set(this.list.map((m) => m.room_id))) {
			this.busy.delete(room);
			void this.run(room);
		}
	}

	stop(): void {
		this.stopped = true;
		for (const timer of this.timers.values()) clearTimeout(timer);
	}

	/** Sends a room's messages one after the other. `turn` tells a superseded run that a newer one took over. */
	private async run(room: Id): Promise<void> {
		if (this.stopped || this.busy.has(room)) return;
		clearTimeout(this.timers.get(room));
		const turn = Math.random();
		this.busy.set(room, turn);
		for (let tries = 0; ; tries++) {
			const head = this.list.find((m) => m.room_id === room && m.state === "pending");
			if (!head || this.stopped) break;
			const failure = await this.attempt(head);
			if (this.busy.get(room) !== turn) return;
			if (failure) return this.pause(room, tries, failure);
		}
		this.busy.delete(room);
	}

	/** Answers the failure that calls for waiting, or nothing when the message is settled one way or the other. */
	private async attempt(message: Outgoing): Promise<ApiError | undefined> {
		try {
			const ack = await this.options.send(message);
			this.forget(message.client_id);
			this.replace(message.client_id, { state: "sent", ack });
		} catch (cause) {
			const failure = asApiError(cause);
			if (failure.transient || failure.status === 401) return failure;
			const failed = this.replace(message.client_id, { state: "failed", problem: failure.problem });
			if (failed) this.save(failed);
		}
		return undefined;
	}

	private pause(room: Id, tries: number, failure: ApiError): void {
		this.busy.delete(room);
		const { backoff = { base: 1000, cap: 15_000 }, random } = this.options;
		const asked = (failure.problem.retry_after ?? 0) * 1000;
		const delay = asked + fullJitter(tries, backoff, random);
		clearTimeout(this.timers.get(room));
		this.timers.set(
			room,
			setTimeout(() => void this.run(room), delay),
		);
	}

	private replace(client_id: Id, change: Partial<Outgoing>): Outgoing | undefined {
		const at = this.list.findIndex((m) => m.client_id === client_id);
		const found = this.list[at];
		if (!found) return undefined;
		const changed = { ...found, ...change };
		this.publish(this.list.with(at, changed));
		return changed;
	}

	private publish(list: Outgoing[]): void {
		this.list = list;
		this.options.onChange(list);
	}

	private keyOf(client_id: Id): string {
		return `${PREFIX}.${this.options.user}.${client_id}`;
	}

	private save(message: Outgoing): void {
		try {
			this.options.storage.setItem(this.keyOf(message.client_id), JSON.stringify(message));
		} catch {
			// A full or closed storage costs the safety net over a reload, not the message itself.
		}
	}

	private forget(client_id: Id): void {
		this.options.storage.removeItem(this.keyOf(client_id));
	}

	private load(): Outgoing[] {
		const { storage, user } = this.options;
		const found: Outgoing[] = [];
		for (let i = 0; i < storage.length; i++) {
			const key = storage.key(i);
			if (!key?.startsWith(`${PREFIX}.${user}.`)) continue;
			const message = read(storage.getItem(key));
			if (message) found.push(message);
		}
		return found
			.sort((a, b) => a.written_at - b.written_at || (a.client_id < b.client_id ? -1 : 1))
			.slice(0, MAX_QUEUED);
	}
}

function read(text: string | null): Outgoing | null {
	try {
		const value = JSON.parse(text ?? "null");
		return value && typeof value.client_id === "string" && typeof value.text === "string" ? value : null;
	} catch {
		return null;
	}
}
