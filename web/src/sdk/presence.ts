import { createStore } from "zustand/vanilla";
import type { Command } from "./frames";
import type { Id } from "./types";

export interface PresenceState {
	/** Who types where, with the time until which it is believed. */
	typing: Record<Id, Record<Id, number>>;
	people: Record<Id, { online: boolean; last_seen_at?: string | null }>;
	/** How many are there in the large room that is watched. */
	counts: Record<Id, number>;
}

const TYPING_MS = 6_000;
/** The server passes typing on every two seconds at most; one that it drops would be missed until the next. */
const TYPING_EVERY_MS = 2_500;
const MAX_WATCHED = 200;

/** Typing and presence: hints that live shortly and may be lost. */
export class Presence {
	readonly store = createStore<PresenceState>(() => ({ typing: {}, people: {}, counts: {} }));
	private watched: Id[] = [];
	private room: Id | null = null;
	private lastTold = new Map<Id, number>();
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly tell: (command: Command) => void,
		private readonly me: Id,
	) {}

	/** The person here types; told every now and then. */
	typingHere(room_id: Id, now = Date.now()): void {
		if (now - (this.lastTold.get(room_id) ?? 0) < TYPING_EVERY_MS) return;
		this.lastTold.set(room_id, now);
		this.tell({ type: "typing", room_id });
	}

	typed(room: Id, user: Id, now = Date.now()): void {
		if (user === this.me) return;
		const { typing } = this.store.getState();
		this.store.setState({ typing: { ...typing, [room]: { ...typing[room], [user]: now + TYPING_MS } } });
		this.plan();
	}

	/** A message ends the typing of the one who wrote it. */
	wrote(room: Id, user: Id): void {
		const { typing } = this.store.getState();
		if (!typing[room]?.[user]) return;
		const { [user]: _, ...rest } = typing[room];
		this.store.setState({ typing: { ...typing, [room]: rest } });
	}

	seen(user: Id, online: boolean, last_seen_at?: string | null): void {
		const { people } = this.store.getState();
		this.store.setState({ people: { ...people, [user]: { online, last_seen_at } } });
	}

	/** Asks to be told of these people's presence, instead of those asked for before. */
	watch(users: Id[]): void {
		const next = [...new Set(users)].slice(0, MAX_WATCHED).sort();
		if (next.join() === this.watched.join()) return;
		this.watched = next;
		this.repeat();
	}

	/** Asks to be told how many are there in this room, where it is a large one, and of no other. */
	watchRoom(room: Id | null): void {
		if (room === this.room) return;
		this.room = room;
		this.store.setState({ counts: {} });
		this.tell({ type: "watch_room", room_id: room ?? undefined });
	}

	counted(room: Id, online: number): void {
		if (room === this.room) this.store.setState({ counts: { [room]: online } });
	}

	repeat(): void {
		if (this.watched.length) this.tell({ type: "watch", user_ids: this.watched });
		if (this.room) this.tell({ type: "watch_room", room_id: this.room });
	}

	stop(): void {
		clearTimeout(this.timer);
	}

	private plan(): void {
		clearTimeout(this.timer);
		const ends = Object.values(this.store.getState().typing).flatMap((room) => Object.values(room));
		if (ends.length)
			this.timer = setTimeout(() => this.prune(), Math.max(Math.min(...ends) - Date.now(), 0) + 10);
	}

	private prune(now = Date.now()): void {
		const alive = (room: Record<Id, number>) =>
			Object.fromEntries(Object.entries(room).filter(([, end]) => end > now));
		const { typing } = this.store.getState();
		this.store.setState({
			typing: Object.fromEntries(Object.entries(typing).map(([r, room]) => [r, alive(room)])),
		});
		this.plan();
	}
}
