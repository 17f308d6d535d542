import { createStore } from "zustand/vanilla";
import type { Api } from "./api";
import type { Command } from "./frames";
import { placeOf, roomOf, threadOf } from "./places";
import type { Id, Receipt } from "./types";

export interface RoomReceipts {
	rev: number;
	/** `from_seq`: the first event that somebody may read. */
	by_user: Record<Id, { delivered_seq: number; read_seq: number; from_seq: number }>;
}

const COALESCE_MS = 150;

/**
 * Who got and read how far: others' positions as told by the server, and one's own on their way to it. Positions only
 * grow and may be told twice, so they are repeated at each connection instead of being acknowledged.
 */
export class Positions {
	readonly store = createStore<Record<Id, RoomReceipts>>(() => ({}));
	private readonly delivered = new Map<Id, number>();
	private readonly read = new Map<Id, number>();
	/** By room and first message. */
	private readonly readThreads = new Map<string, number>();
	private readonly due = new Set<string>();
	private readonly loading = new Set<Id>();
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly api: Pick<Api["timeline"], "receipts">,
		private readonly tell: (command: Command) => void,
	) {}

	/** Makes sure that the room's receipts are known. */
	async open(room: Id): Promise<void> {
		if (this.loading.has(room)) return;
		this.loading.add(room);
		try {
			const { rev, items } = await this.api.receipts(room);
			this.receive(room, rev, items);
		} catch {
			// Ticks stay as they are until the next head or connection.
		} finally {
			this.loading.delete(room);
		}
	}

	receive(room: Id, rev: number, items: Receipt[]): void {
		const known = this.store.getState()[room] ?? { rev: 0, by_user: {} };
		const by_user = { ...known.by_user };
		for (const { user_id, delivered_seq, read_seq, from_seq = 1 } of items) {
			const before = by_user[user_id] ?? { delivered_seq: 0, read_seq: 0, from_seq };
			by_user[user_id] = {
				from_seq: Math.max(before.from_seq, from_seq),
				delivered_seq: Math.max(before.delivered_seq, delivered_seq),
				read_seq: Math.max(before.read_seq, read_seq),
			};
		}
		this.store.setState({ [room]: { rev: Math.max(known.rev, rev), by_user } });
	}

	/** Somebody is no member any more: nobody waits for his marks. */
	left(room: Id, user: Id): void {
		const known = this.store.getState()[room];
		if (!known?.by_user[user]) return;
		const { [user]: _, ...by_user } = known.by_user;
		this.store.setState({ [room]: { ...known, by_user } });
	}

	/** The room's receipts are known to stand at `rev`: ask when ours are older. */
	reach(room: Id, rev: number): void {
		const known = this.store.getState()[room];
		if (known && rev > known.rev) void this.open(room);
	}

	/** An event came to this device. */
	arrived(room: Id, seq: number): void {
		this.raise(this.delivered, "d", room, seq);
	}

	/** The person saw the room up to here. */
	seen(room: Id, seq: number): void {
		this.raise(this.read, "r", room, seq);
	}

	/** The person saw a thread up to here. */
	seenThread(room: Id, root: Id, seq: number): void {
		this.raise(this.readThreads, "t", placeOf(room, root), seq);
	}

	/** How far the person is known here to have read the room; the server may learn of it a moment later. */
	readHere(room: Id): number {
		return this.read.get(room) ?? 0;
	}

	/** A new connection: say again where we are. */
	repeat(): void {
		for (const room of this.read.keys()) this.due.add(`r${room}`);
		for (const room of this.delivered.keys()) this.due.add(`d${room}`);
		for (const place of this.readThreads.keys()) this.due.add(`t${place}`);
		this.flush();
	}

	reset(): void {
		this.delivered.clear();
		this.read.clear();
		this.readThreads.clear();
		this.store.setState({}, true);
	}

	stop(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
	}

	private raise(positions: Map<Id, number>, mark: string, room: Id, seq: number): void {
		if (seq <= (positions.get(room) ?? 0)) return;
		positions.set(room, seq);
		this.due.add(`${mark}${room}`);
		// Not begun anew by each: in a room that never rests nothing would ever be told.
		this.timer ??= setTimeout(() => this.flush(), COALESCE_MS);
	}

	private told(mark: string): [string, Map<string, number>] {
		if (mark.startsWith("t")) return ["read_thread", this.readThreads];
		return mark.startsWith("r") ? ["read", this.read] : ["delivered", this.delivered];
	}

	/** Says now what waits to be said together. */
	flush(): void {
		this.stop();
		for (const key of this.due) {
			const place = key.slice(1);
			const [type, positions] = this.told(key);
			const seq = positions.get(place);
			const message_id = threadOf(place);
			if (seq !== undefined)
				this.tell({ type, room_id: roomOf(place), ...(message_id ? { message_id } : {}), seq });
		}
		this.due.clear();
	}
}
