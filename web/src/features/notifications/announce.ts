import type { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { keys } from "@/app/queries";
import { type Api, type Envelope, type Id, type Room, SYSTEM } from "@/sdk";
import { endOf, whenPast } from "@/sdk/expiry";
import type { UserEvent } from "@/sdk/frames";
import { namesMe } from "@/sdk/mentions";
import { notifies } from "@/sdk/notifies";
import { itemOf } from "@/sdk/reducer";
import { roomName } from "../rooms/room-name";
import { permission, useDevice } from "./device";

const MOST_CHARACTERS = 200;
const FRESH_MS = 300_000;
/** The messages of which one is about to be told. */
const coming = new Set<Envelope>();
/** Those of which one is told, one a room: a newer one takes the older one's place. */
const shown = new Map<Id, Shown>();
interface Shown {
	message: Envelope;
	notification: Notification;
	forget: () => void;
}
let open: (room: Id) => void = (room) => location.assign(`/rooms/${room}`);

/** Where a notification leads that is clicked. */
export function openBy(way: (room: Id) => void): void {
	open = way;
}

/** Whoever looks at the page needs no notification any more. */
export function clearShown(): void {
	coming.clear();
	for (const room of shown.keys()) close(room);
}

/** A message was taken back: nothing goes on telling its words. */
export function withdraw({ kind, room_id, body }: Envelope): void {
	if (kind === "redaction") withdrawWhere(room_id, ({ id }) => id === body.target);
}

/** The same for what its reader read or hid on another device, or where he is no member any more. */
export function withdrawOwn({ kind, subject, body }: UserEvent): void {
	const room = String(body.room_id);
	const read = Number(body.read_seq);
	if (kind === "read") withdrawWhere(subject, ({ seq, body: { thread } }) => !thread && seq <= read);
	if (kind === "thread")
		withdrawWhere(room, ({ seq, body: { thread } }) => thread === subject && seq <= read);
	if (kind === "hide") withdrawWhere(room, ({ id }) => id === subject);
	if (kind === "room" && body.state === "left") withdrawWhere(subject, () => true);
}

/** The same after an outage, of which these rooms are the news. */
export function withdrawKnown(rooms: readonly Room[]): void {
	for (const { id, read_seq, last_item } of rooms)
		withdrawWhere(
			id,
			(message) =>
				(!message.body.thread && message.seq <= read_seq) ||
				(last_item?.id === message.id && last_item.redacted),
		);
}

function withdrawWhere(room: Id, gone: (message: Envelope) => boolean): void {
	for (const message of coming) if (message.room_id === room && gone(message)) coming.delete(message);
	const there = shown.get(room);
	if (there && gone(there.message)) close(room);
}

function close(room: Id): void {
	const there = shown.get(room);
	there?.forget();
	there?.notification.close();
	shown.delete(room);
}

/** Shows a message of somebody else's while the page is hidden, if its reader wants to be told. Never throws. */
export async function announce(
	event: Envelope,
	me: Id,
	{ client, api }: { client: QueryClient; api: Api },
): Promise<void> {
	const { room_id, sender_id, body } = event;
	if (event.kind !== "message" || sender_id === me || body.text === undefined) return;
	if (document.visibilityState === "visible" || !useDevice.getState().on || permission() !== "granted")
		return;
	coming.add(event);
	try {
		const [settings, room, blocks] = await Promise.all([
			client.fetchQuery({ queryKey: keys.settings, queryFn: api.me.settings, staleTime: FRESH_MS }),
			client.fetchQuery<Room | null>({
				queryKey: keys.room(room_id),
				queryFn: () => api.rooms.show(room_id),
				staleTime: FRESH_MS,
			}),
			client.fetchQuery({ queryKey: keys.blocks, queryFn: () => api.people.blocks(), staleTime: FRESH_MS }),
		]);
		if (!room || (room.pending && !room.pending.by_me) || room.read_seq >= event.seq) return;
		if (blocks.items.some((block) => block.user.id === sender_id)) return;
		if (!notifies(settings, room, namesMe(event, me))) return;
		if (body.thread && !(await follows(room_id, body.thread, api))) return;
		const sender = room.kind === "group" ? await nameOf(sender_id, client, api) : undefined;
		// Meanwhile it may have been taken back, or read.
		if (coming.has(event)) show(room, sender, event);
	} catch {
		// Being told is a hint: the message itself is in its place.
	} finally {
		coming.delete(event);
	}
}

/** Of a thread who does not take part in it is told nothing; its place among those that one follows is at the top now. */
async function follows(room: Id, root: Id, api: Api): Promise<boolean> {
	const { items } = await api.timeline.threads(room);
	return items.some((thread) => thread.root.id === root);
}

async function nameOf(sender: Id, client: QueryClient, api: Api): Promise<string | undefined> {
	if (sender === SYSTEM) return undefined;
	const query = { queryKey: keys.user(sender), queryFn: () => api.people.show(sender), retry: false };
	const person = await client.fetchQuery({ ...query, staleTime: FRESH_MS }).catch(() => undefined);
	return person?.display_name ?? i18next.t("people.someone");
}

function show(room: Room, sender: string | undefined, message: Envelope): void {
	const end = endOf(itemOf(message));
	if (end <= Date.now()) return;
	const words = useDevice.getState().words ? (message.body.text ?? "") : i18next.t("notify.newMessage");
	const body = [...(sender ? `${sender}: ${words}` : words)].slice(0, MOST_CHARACTERS).join("");
	const notification = new Notification(roomName(room, i18next.t), { body, tag: room.id });
	notification.onclick = () => {
		notification.close();
		window.focus();
		open(room.id);
	};
	shown.get(room.id)?.forget();
	const forget = whenPast(end, () => withdrawWhere(room.id, ({ id }) => id === message.id));
	shown.set(room.id, { message, notification, forget });
}
