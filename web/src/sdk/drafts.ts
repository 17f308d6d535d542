import type { Api } from "./api";
import type { Id } from "./types";

const MAX = 20_000;
const PAUSE_MS = 1_000;

/** What was begun: the words, and the message that they will answer. Without words there is nothing to carry along. */
export interface Begun {
	text: string;
	reply_to?: Id;
}

/**
 * What was written and not sent, by room: kept on this device over reloads, and carried to the person's other devices.
 * What differs from what the server last said was written here, and is told to it once the writing pauses; what does not
 * differ follows the server.
 */
export class Drafts {
	private readonly listeners = new Set<() => void>();
	private readonly timers = new Map<Id, ReturnType<typeof setTimeout>>();

	constructor(
		private readonly api: Pick<Api["mine"], "drafts" | "setDraft">,
		private readonly storage: Storage,
		private readonly me: Id,
	) {}

	get(room: Id): string {
		return this.read(this.here(room));
	}

	/** The message that the draft answers; empty: none. */
	answers(room: Id): Id {
		return this.read(answerOf(this.here(room)));
	}

	/** Written here. */
	set(room: Id, text: string, reply_to: Id = ""): void {
		this.keep(this.here(room), { text, reply_to });
		clearTimeout(this.timers.get(room));
		this.timers.set(
			room,
			setTimeout(() => void this.push(room), PAUSE_MS),
		);
		this.tell();
	}

	/** Written in the thread of a message; it stays on this device. */
	beneath(root: Id): string {
		return this.read(this.inThread(root));
	}

	answersBeneath(root: Id): Id {
		return this.read(answerOf(this.inThread(root)));
	}

	setBeneath(root: Id, text: string, reply_to: Id = ""): void {
		this.keep(this.inThread(root), { text, reply_to });
		this.tell();
	}

	/** Begins one where there is none. */
	begin(room: Id, text: string): void {
		if (!this.get(room)) this.set(room, text);
	}

	/** Written on another device, or here and told back. */
	receive(room: Id, draft: Begun): void {
		const changedHere = !same(this.begun(this.here(room)), this.begun(this.told(room)));
		this.keep(this.told(room), draft);
		// An answer that has no words yet is of this device alone, and stays.
		if (changedHere || same(this.begun(this.here(room)), draft)) return;
		this.keep(this.here(room), draft);
		this.tell();
	}

	/** What other devices did while this one was away. */
	async load(): Promise<void> {
		try {
			const drafts = new Map(
				(await this.api.drafts()).items.map((d) => [d.room_id, begunOf(d.text, d.reply_to)]),
			);
			for (const room of new Set([...drafts.keys(), ...this.rooms()])) {
				const draft = drafts.get(room) ?? NOTHING;
				this.receive(room, draft);
				if (!same(this.begun(this.here(room)), draft)) void this.push(room);
			}
		} catch {
			// The next hello asks again.
		}
	}

	subscribe = (listener: () => void): (() => void) => {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	};

	stop(): void {
		for (const timer of this.timers.values()) clearTimeout(timer);
		this.timers.clear();
	}

	private async push(room: Id): Promise<void> {
		this.timers.delete(room);
		const draft = this.begun(this.here(room));
		if (same(draft, this.begun(this.told(room)))) return;
		try {
			await this.api.setDraft(room, draft.text, draft.reply_to || undefined);
			this.keep(this.told(room), draft);
		} catch {
			// Kept here; the next hello tells it.
		}
	}

	private tell(): void {
		for (const listener of this.listeners) listener();
	}

	private here = (room: Id) => `chatlink.draft.${this.me}.${room}`;
	private inThread = (root: Id) => `chatlink.beneath.${this.me}.${root}`;
	private told = (room: Id) => `chatlink.told.${this.me}.${room}`;

	/** The rooms that something is kept of. */
	private rooms(): Id[] {
		const prefixes = [this.here(""), this.told("")];
		return Object.keys(this.storage).flatMap((key) => {
			const prefix = prefixes.find((p) => key.startsWith(p));
			return prefix && !key.endsWith(ANSWER) ? [key.slice(prefix.length)] : [];
		});
	}

	private keep(key: string, { text, reply_to = "" }: Begun): void {
		this.write(key, text);
		this.write(answerOf(key), reply_to);
	}

	/** As it is carried. */
	private begun(key: string): Begun {
		return begunOf(this.read(key), this.read(answerOf(key)));
	}

	private write(key: string, text: string): void {
		try {
			if (text) this.storage.setItem(key, text.slice(0, MAX));
			else this.storage.removeItem(key);
		} catch {
			// A closed storage keeps no drafts; typing still works, as the composer holds its own text.
		}
	}

	private read(key: string): string {
		try {
			return this.storage.getItem(key) ?? "";
		} catch {
			return "";
		}
	}
}

const ANSWER = ".answers";
/** Where it is kept what a draft answers. */
const answerOf = (key: string) => key + ANSWER;

const NOTHING: Begun = { text: "", reply_to: "" };
/** White space alone is nothing to the server, and then there is no answer either. */
const begunOf = (text: string, reply_to?: Id | null): Begun =>
	text.trim() ? { text, reply_to: reply_to ?? "" } : NOTHING;
const same = (a: Begun, b: Begun) => a.text === b.text && (a.reply_to ?? "") === (b.reply_to ?? "");
