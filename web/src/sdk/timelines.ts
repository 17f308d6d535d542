import { createStore } from "zustand/vanilla";
import type { Api } from "./api";
import { asApiError } from "./problem";
import { append, apply, expire, fromPage, hide, nextExpiry, prepend, type RoomState, star } from "./reducer";
import type { Envelope, Id, Problem, TimelinePage } from "./types";

export interface Window extends RoomState {
	status: "loading" | "ready" | "failed";
	has_before: boolean;
	epoch: string;
	loadingBefore: boolean;
	loadingAfter: boolean;
	problem?: Problem;
	/** How often a snapshot took the place of all that was shown. */
	snapshots: number;
	/** Where the reader wants to be in this snapshot; absent: where reading goes on. */
	anchor?: Anchor;
}

/** A seq, or the newest. */
export type Anchor = number | "end";

const EMPTY: Window = {
	items: [],
	fresh: {},
	as_of: 0,
	has_before: false,
	has_after: false,
	epoch: "",
	status: "loading",
	loadingBefore: false,
	loadingAfter: false,
	snapshots: 0,
};
const PAGE_AFTER = 100;
const MAX_WINDOWS = 20;
const MAX_AHEAD = 3000;
const MAX_TRIES = 3;

/**
 * The windows of the rooms that were opened: snapshots kept current by events. Events ahead of a window wait in `ahead`
 * until the hole before them is filled from the store; so each window is complete up to its `as_of`, always.
 */
export class Timelines {
	readonly store = createStore<Record<Id, Window>>(() => ({}));
	private readonly ahead = new Map<Id, Map<number, Envelope>>();
	private readonly filling = new Set<Id>();
	private readonly loading = new Map<Id, Promise<void>>();
	private order: Id[] = [];
	private expiryTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly api: Api["timeline"],
		private readonly me: Id,
	) {}

	/** Makes sure that the room has a window that reaches its newest page. */
	open(room: Id): Promise<void> {
		this.order = [...this.order.filter((r) => r !== room), room];
		this.evict();
		const window = this.get(room);
		// What was looked up in the past the last time is not where one goes on now.
		if (window?.has_after) this.store.setState({ [room]: EMPTY });
		else if (window && window.status !== "failed") {
			this.patch(room, { anchor: undefined });
			return this.loading.get(room) ?? Promise.resolve();
		}
		return this.load(room);
	}

	/** Goes to a place in the past. Answers whether it is in the window now. */
	async jump(room: Id, seq: number): Promise<boolean> {
		await this.load(room, seq);
		return this.get(room)?.anchor === seq;
	}

	/** Goes back to the newest. */
	toEnd(room: Id): Promise<void> {
		return this.load(room, "end");
	}

	/** Takes a new snapshot: of the newest page, or around a place in the past. */
	load(room: Id, anchor?: Anchor): Promise<void> {
		const work = this.snapshot(room, anchor).finally(() => {
			if (this.loading.get(room) === work) this.loading.delete(room);
		});
		this.loading.set(room, work);
		return work;
	}

	async loadBefore(room: Id): Promise<void> {
		const window = this.get(room);
		const first = window?.items[0];
		if (!window || !first || !window.has_before || window.loadingBefore) return;
		this.patch(room, { loadingBefore: true });
		try {
			for (let tries = 0; tries < MAX_TRIES; tries++) {
				const page = await this.api.page(room, { before: first.seq });
				if (this.prepend(room, first.seq, page)) break;
			}
		} catch {
			// The reader scrolls again.
		}
		this.patch(room, { loadingBefore: false });
	}

	async loadAfter(room: Id): Promise<void> {
		const window = this.get(room);
		const last = window?.items[window.items.length - 1];
		if (!window?.has_after || !last || window.loadingAfter) return;
		this.patch(room, { loadingAfter: true });
		try {
			for (let tries = 0; tries < MAX_TRIES; tries++) {
				const page = await this.api.page(room, { around: last.seq }, PAGE_AFTER);
				if (this.append(room, last.seq, page)) break;
			}
		} catch {
			// The reader scrolls again.
		}
		this.patch(room, { loadingAfter: false });
	}

	/** False when events overtook the page: it must be read again. */
	private append(room: Id, last: number, page: TimelinePage): boolean {
		const window = this.get(room);
		if (window?.items[window.items.length - 1]?.seq !== last || window.epoch !== page.epoch) return true;
		const longer = append(window, page);
		if (longer) this.patch(room, longer);
		return longer !== null;
	}

	/** False when events overtook the page: it must be read again. */
	private prepend(room: Id, first: number, page: TimelinePage): boolean {
		const window = this.get(room);
		if (window?.items[0]?.seq !== first || window.epoch !== page.epoch) return true;
		const longer = prepend(window, page.items, page.as_of);
		if (longer) this.patch(room, { ...longer, has_before: page.has_before });
		return longer !== null;
	}

	receive(event: Envelope): void {
		const window = this.get(event.room_id);
		if (!window) return;
		if (window.status !== "ready" || this.loading.has(event.room_id)) {
			this.keepAhead(event);
			return;
		}
		const { kind, state } = apply(window, event, this.me);
		if (kind === "applied") this.patch(event.room_id, state);
		if (kind === "hole") {
			this.keepAhead(event);
			void this.fill(event.room_id);
		} else if (kind === "applied" && this.drain(event.room_id)) void this.fill(event.room_id);
	}

	/** The reader hid a message, here or on another device. */
	hide(room: Id, id: Id): void {
		const window = this.get(room);
		if (window) this.patch(room, hide(window, id));
	}

	/** The reader starred a message or took the star off, here or on another device. */
	star(room: Id, id: Id, starred: boolean): void {
		const window = this.get(room);
		if (window) this.patch(room, star(window, id, starred));
	}

	/** The room's head is known to be at `seq`: fill what is missing. */
	reach(room: Id, seq: number): void {
		const window = this.get(room);
		if (window?.status === "ready" && seq > window.as_of) void this.fill(room);
	}

	/** The server cannot replay what lies between: a new snapshot takes the window's place. */
	async gap(room: Id): Promise<void> {
		if (this.get(room)) await this.load(room);
	}

	/** Another lineage of the database: nothing known holds any more. */
	async reset(): Promise<void> {
		this.ahead.clear();
		await Promise.all(Object.keys(this.store.getState()).map((room) => this.load(room)));
	}

	close(room: Id): void {
		this.order = this.order.filter((r) => r !== room);
		this.ahead.delete(room);
		const { [room]: _, ...rest } = this.store.getState();
		this.store.setState(rest, true);
	}

	/** Where each window stands, for `resume`. */
	cursors(): Record<Id, number> {
		const ready = Object.entries(this.store.getState()).filter(([, w]) => w.status === "ready");
		return Object.fromEntries(ready.map(([room, w]) => [room, w.as_of]));
	}

	stop(): void {
		clearTimeout(this.expiryTimer);
	}

	private async snapshot(room: Id, anchor?: Anchor): Promise<void> {
		if (!this.get(room)) this.store.setState({ [room]: EMPTY });
		try {
			const page = await this.api.page(room, typeof anchor === "number" ? { around: anchor } : {});
			this.patch(room, {
				...fromPage(page),
				has_before: page.has_before,
				epoch: page.epoch,
				status: "ready",
				problem: undefined,
				snapshots: (this.get(room)?.snapshots ?? 0) + 1,
				anchor,
			});
		} catch (cause) {
			const problem = asApiError(cause).problem;
			if (this.get(room)?.status !== "ready") this.patch(room, { status: "failed", problem });
		}
		this.loading.delete(room);
		if (this.drain(room)) void this.fill(room);
	}

	private keepAhead(event: Envelope): void {
		const waiting = this.ahead.get(event.room_id) ?? new Map<number, Envelope>();
		if (waiting.size < MAX_AHEAD) waiting.set(event.seq, event);
		this.ahead.set(event.room_id, waiting);
	}

	/** Applies what waited and now follows; answers whether a hole is left. */
	private drain(room: Id): boolean {
		const waiting = this.ahead.get(room);
		if (!waiting || this.get(room)?.status !== "ready") return false;
		for (const event of [...waiting.values()].sort((a, b) => a.seq - b.seq)) this.step(room, event);
		const reached = this.get(room)?.as_of ?? 0;
		for (const seq of [...waiting.keys()]) if (seq <= reached) waiting.delete(seq);
		return waiting.size > 0;
	}

	private async fill(room: Id): Promise<void> {
		if (this.filling.has(room)) return;
		this.filling.add(room);
		try {
			for (let complete = false; !complete; ) complete = await this.fillOnce(room);
		} catch {
			// The next hello, heads frame or event asks again.
		} finally {
			this.filling.delete(room);
		}
	}

	private async fillOnce(room: Id): Promise<boolean> {
		const before = this.get(room);
		if (before?.status !== "ready") return true;
		const page = await this.api.events(room, before.as_of);
		if (page.epoch !== before.epoch) {
			await this.load(room);
			return true;
		}
		for (const event of page.events) this.step(room, event);
		this.drain(room);
		return page.complete || page.events.length === 0;
	}

	private step(room: Id, event: Envelope): void {
		const window = this.get(room);
		if (window) this.patch(room, apply(window, event, this.me).state);
	}

	private get(room: Id): Window | undefined {
		return this.store.getState()[room];
	}

	private patch(room: Id, change: Partial<Window>): void {
		const window = this.get(room);
		if (!window) return;
		this.store.setState({ [room]: { ...window, ...change } });
		this.planExpiry();
	}

	private planExpiry(): void {
		clearTimeout(this.expiryTimer);
		const times = Object.values(this.store.getState()).flatMap((w) => nextExpiry(w) ?? []);
		if (!times.length) return;
		const delay = Math.min(Math.max(Math.min(...times) - Date.now(), 0), 3_600_000);
		this.expiryTimer = setTimeout(() => this.expireNow(), delay);
	}

	private expireNow(): void {
		for (const [room, window] of Object.entries(this.store.getState()))
			this.patch(room, expire(window, Date.now()));
		this.planExpiry();
	}

	private evict(): void {
		while (this.order.length > MAX_WINDOWS) {
			const oldest = this.order[0];
			if (oldest) this.close(oldest);
		}
	}
}
