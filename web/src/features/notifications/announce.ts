import type { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import { keys } from "@/app/queries";
import { type Api, type Envelope, type Id, type Room, SYSTEM } from "@/sdk";
import { namesMe } from "@/sdk/mentions";
import { notifies } from "@/sdk/notifies";
import { roomName } from "../rooms/room-name";
import { permission, useDevice } from "./device";

const MOST_CHARACTERS = 200;
const FRESH_MS = 300_000;
/** The notifications that are shown, one a room. */
const shown = new Map<Id, Notification>();
let open: (room: Id) => void = (room) => location.assign(`/rooms/${room}`);

/** Where a notification leads that is clicked. */
export function openBy(way: (room: Id) => void): void {
	open = way;
}

/** Whoever looks at the page needs no notification any more. */
export function clearShown(): void {
	for (const notification of shown.values()) notification.close();
	shown.clear();
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
		show(room, sender, body.text);
	} catch {
		// Being told is a hint: the message itself is in its place.
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

function show(room: Room, sender: string | undefined, text: string): void {
	const words = useDevice.getState().words ? text : i18next.t("notify.newMessage");
	const body = [...(sender ? `${sender}: ${words}` : words)].slice(0, MOST_CHARACTERS).join("");
	const notification = new Notification(roomName(room, i18next.t), { body, tag: room.id });
	notification.onclick = () => {
		notification.close();
		window.focus();
		open(room.id);
	};
	shown.set(room.id, notification);
}
