import { createStore } from "zustand/vanilla";
import type { Api, PlaceAt } from "./api";
import { whenPast } from "./expiry";
import { type Place, roomOf, threadOf } from "./places";
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
const MAX_WINDOWS = 20;
const MAX_AHEAD = 3000;
const MAX_TRIES = 3;

/**
 * The windows of the rooms and threads that were opened, each by its place: snapshots kept current by events. Events ahead of a window wait in `ahead`
 * until the hole before them is filled from the store; so each window is complete up to its `as_of`, always.
 */
export class Timelines {
	readonly store = createStore<Record<Place, Window>>(() => ({}));
	private readonly ahead = new Map<Place, Map<number, Envelope>>();
	private readonly filling = new Set<Place>();
	private readonly loading = new Map<Place, Promise<void>>();
	private order: Place[] = [];
	private forgetExpiry = () => {};

	constructor(
		private readonly api: Api["timeline"],
		private readonly me: Id,
	) {}

	/** Makes sure that the room has a window that reaches its newest page. */
	open(place: Place): Promise<void> {
		// A thread keeps the timeline beside which it is read.
		const touched = new Set([roomOf(place), place]);
		this.order = [...this.order.filter((p) => !touched.has(p)), ...touched];
		this.evict();
		const window = this.get(place);
		// What was looked up in the past the last time is not where one goes on now.
		if (window?.has_after) this.store.setState({ [place]: EMPTY });
		else if (window && window.status !== "failed") {
			this.patch(place, { anchor: undefined });
			return this.loading.get(place) ?? Promise.resolve();
		}
		return this.load(place);
	}

	/** Goes to a place in the past. Answers whether it is in the window now. */
	async jump(place: Place, seq: number): Promise<boolean> {
		await this.load(place, seq);
		return this.get(place)?.anchor === seq;
	}

	/** Goes to where a day begins by the clocks here, `2026-11-22`. Answers whether something was said since. */
	async jumpToDay(place: Place, date: string): Promise<boolean> {
		const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
		const { items } = await this.page(place, { date, time_zone: timeZone }, 1);
		const [first] = items;
		return first !== undefined && this.jump(place, first.seq);
	}

	/** Goes back to the newest. */
	toEnd(place: Place): Promise<void> {
		return this.load(place, "end");
	}

	/** Takes a new snapshot: of the newest page, or around a place in the past. */
	load(place: Place, anchor?: Anchor): Promise<void> {
		const work = this.snapshot(place, anchor).finally(() => {
			if (this.loading.get(place) === work) this.loading.delete(place);
		});
		this.loading.set(place, work);
		return work;
	}

	async loadBefore(place: Place): Promise<void> {
		const window = this.get(place);
		const first = window?.items[0];
		if (!window || !first || !window.has_before || window.loadingBefore) return;
		this.patch(place, { loadingBefore: true });
		try {
			for (let tries = 0; tries < MAX_TRIES; tries++) {
				const page = await this.page(place, { before: first.seq });
				if (this.prepend(place, first.seq, page)) break;
			}
		} catch {
			// The reader scrolls again.
		}
		this.patch(place, { loadingBefore: false });
	}

	async loadAfter(place: Place): Promise<void> {
		const window = this.get(place);
		const last = window?.items[window.items.length - 1];
		if (!window?.has_after || !last || window.loadingAfter) return;
		this.patch(place, { loadingAfter: true });
		try {
			for (let tries = 0; tries < MAX_TRIES; tries++) {
				const page = await this.page(place, { after: last.seq });
				if (this.append(place, last.seq, page)) break;
			}
		} catch {
			// The reader scrolls again.
		}
		this.patch(place, { loadingAfter: false });
	}

	/** False when events overtook the page: it must be read again. */
	private append(place: Place, last: number, page: TimelinePage): boolean {
		const window = this.get(place);
		if (window?.items[window.items.length - 1]?.seq !== last || window.epoch !== page.epoch) return true;
		const longer = append(window, page);
		if (longer) this.patch(place, longer);
		return longer !== null;
	}

	/** False when events overtook the page: it must be read again. */
	private prepend(place: Place, first: number, page: TimelinePage): boolean {
		const window = this.get(place);
		if (window?.items[0]?.seq !== first || window.epoch !== page.epoch) return true;
		const longer = prepend(window, page.items, page.as_of);
		if (longer) this.patch(place, { ...longer, has_before: page.has_before });
		return longer !== null;
	}

	receive(event: Envelope): void {
		for (const place of this.placesIn(event.room_id)) this.take(place, event);
	}

	private take(place: Place, event: Envelope): void {
		const window = this.get(place);
		if (!window) return;
		if (window.status !== "ready" || this.loading.has(place)) {
			this.keepAhead(place, event);
			return;
		}
		const { kind, state } = apply(window, event, this.me);
		if (kind === "applied") this.patch(place, state);
		if (kind === "hole") {
			this.keepAhead(place, event);
			void this.fill(place);
		} else if (kind === "applied" && this.drain(place)) void this.fill(place);
	}

	/** The reader hid a message, here or on another device. */
	hide(room: Id, id: Id): void {
		this.change(room, (window) => hide(window, id));
	}

	/** The reader starred a message or took the star off, here or on another device. */
	star(room: Id, id: Id, starred: boolean): void {
		this.change(room, (window) => star(window, id, starred));
	}

	private change(room: Id, f: (window: Window) => RoomState): void {
		for (const place of this.placesIn(room)) {
			const window = this.get(place);
			if (window) this.patch(place, f(window));
		}
	}

	/** The room's head is known to be at `seq`: fill what is missing. */
	reach(room: Id, seq: number): void {
		for (const place of this.placesIn(room)) {
			const window = this.get(place);
			if (window?.status === "ready" && seq > window.as_of) void this.fill(place);
		}
	}

	/** The server cannot replay what lies between: a new snapshot takes the window's place. */
	async gap(room: Id): Promise<void> {
		await Promise.all(this.placesIn(room).map((place) => this.load(place)));
	}

	/** Another lineage of the database: nothing known holds any more. */
	async reset(): Promise<void> {
		this.ahead.clear();
		await Promise.all(Object.keys(this.store.getState()).map((place) => this.load(place)));
	}

	close(place: Place): void {
		this.order = this.order.filter((p) => p !== place);
		this.ahead.delete(place);
		const { [place]: _, ...rest } = this.store.getState();
		this.store.setState(rest, true);
	}

	/** Where each room stands, by the window that is farthest behind, for `resume`. */
	cursors(): Record<Id, number> {
		const cursors: Record<Id, number> = {};
		for (const [place, { status, as_of }] of Object.entries(this.store.getState())) {
			const room = roomOf(place);
			if (status === "ready") cursors[room] = Math.min(as_of, cursors[room] ?? as_of);
		}
		return cursors;
	}

	stop(): void {
		this.forgetExpiry();
	}

	private async snapshot(place: Place, anchor?: Anchor): Promise<void> {
		if (!this.get(place)) this.store.setState({ [place]: EMPTY });
		try {
			const page = await this.page(place, typeof anchor === "number" ? { around: anchor } : {});
			this.patch(place, {
				...fromPage(page, threadOf(place)),
				has_before: page.has_before,
				epoch: page.epoch,
				status: "ready",
				problem: undefined,
				snapshots: (this.get(place)?.snapshots ?? 0) + 1,
				anchor,
			});
		} catch (cause) {
			const problem = asApiError(cause).problem;
			if (this.get(place)?.status !== "ready") this.patch(place, { status: "failed", problem });
		}
		this.loading.delete(place);
		if (this.drain(place)) void this.fill(place);
	}

	private keepAhead(place: Place, event: Envelope): void {
		const waiting = this.ahead.get(place) ?? new Map<number, Envelope>();
		if (waiting.size < MAX_AHEAD) waiting.set(event.seq, event);
		this.ahead.set(place, waiting);
	}

	/** Applies what waited and now follows; answers whether a hole is left. */
	private drain(place: Place): boolean {
		const waiting = this.ahead.get(place);
		if (!waiting || this.get(place)?.status !== "ready") return false;
		for (const event of [...waiting.values()].sort((a, b) => a.seq - b.seq)) this.step(place, event);
		const reached = this.get(place)?.as_of ?? 0;
		for (const seq of [...waiting.keys()]) if (seq <= reached) waiting.delete(seq);
		return waiting.size > 0;
	}

	private async fill(place: Place): Promise<void> {
		if (this.filling.has(place)) return;
		this.filling.add(place);
		try {
			for (let complete = false; !complete; ) complete = await this.fillOnce(place);
		} catch {
			// The next hello, heads frame or event asks again.
		} finally {
			this.filling.delete(place);
		}
	}

	private async fillOnce(place: Place): Promise<boolean> {
		const before = this.get(place);
		if (before?.status !== "ready") return true;
		const page = await this.api.events(roomOf(place), before.as_of);
		if (page.epoch !== before.epoch) {
			await this.load(place);
			return true;
		}
		for (const event of page.events) this.step(place, event);
		this.drain(place);
		return page.complete || page.events.length === 0;
	}

	private step(place: Place, event: Envelope): void {
		const window = this.get(place);
		if (window) this.patch(place, apply(window, event, this.me).state);
	}

	private page(place: Place, at: PlaceAt, limit?: number): Promise<TimelinePage> {
		return this.api.page(roomOf(place), at, limit, threadOf(place));
	}

	/** The windows of a room: of its main timeline, and of its threads. */
	private placesIn(room: Id): Place[] {
		return Object.keys(this.store.getState()).filter((place) => roomOf(place) === room);
	}

	private get(place: Place): Window | undefined {
		return this.store.getState()[place];
	}

	private patch(place: Place, change: Partial<Window>): void {
		const window = this.get(place);
		if (!window) return;
		this.store.setState({ [place]: { ...window, ...change } });
		this.planExpiry();
	}

	private planExpiry(): void {
		this.forgetExpiry();
		const soonest = Math.min(...Object.values(this.store.getState()).map(nextExpiry));
		this.forgetExpiry = whenPast(soonest, () => this.expireNow());
	}

	private expireNow(): void {
		for (const [place, window] of Object.entries(this.store.getState()))
			this.patch(place, expire(window, Date.now()));
		this.planExpiry();
	}

	private evict(): void {
		while (this.order.length > MAX_WINDOWS) {
			const oldest = this.order[0];
			if (oldest) this.close(oldest);
		}
	}
}
