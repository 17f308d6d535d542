import type { Api } from "./api";
import type { Id } from "./types";

const MAX = 20_000;
const PAUSE_MS = 1_000;

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

	/** Written here. */
	set(room: Id, text: string): void {
		this.write(this.here(room), text);
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

	setBeneath(root: Id, text: string): void {
		this.write(this.inThread(root), text);
		this.tell();
	}

	/** Begins one where there is none. */
	begin(room: Id, text: string): void {
		if (!this.get(room)) this.set(room, text);
	}

	/** Written on another device, or here and told back. */
	receive(room: Id, text: string): void {
		const changedHere = this.get(room) !== this.read(this.told(room));
		this.write(this.told(room), text);
		if (changedHere) return;
		this.write(this.here(room), text);
		this.tell();
	}

	/** What other devices did while this one was away. */
	async load(): Promise<void> {
		try {
			const drafts = new Map((await this.api.drafts()).items.map((d) => [d.room_id, d.text]));
			for (const room of new Set([...drafts.keys(), ...this.rooms()])) {
				this.receive(room, drafts.get(room) ?? "");
				if (this.get(room) !== (drafts.get(room) ?? "")) void this.push(room);
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
		const text = this.get(room);
		if (text === this.read(this.told(room))) return;
		try {
			await this.api.setDraft(room, text);
			this.write(this.told(room), text);
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
			return prefix ? [key.slice(prefix.length)] : [];
		});
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
