import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useLocale, useRooms, useSignedIn } from "@/app/hooks";
import { useItemNow } from "@/app/living";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { shortTime } from "@/i18n/time";
import { briefOf, type Id, type Item, type Room, SYSTEM } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { goneWords } from "../conversation/gone";
import { roomName, roomPicture } from "../rooms/room-name";
import { piecesOf } from "./pieces";

/** A message that stands elsewhere: where, by whom, when, and the words; leads to it. */
export function HitRow({ roomId, item, highlights }: { roomId: Id; item: Item; highlights?: number[][] }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { seq, at, sender_id, redacted, body } = useItemNow(item);
	const room = useRoomOf(roomId);
	const sender = useSenderName(room, sender_id);
	const name = room ? roomName(room, t) : "";
	return (
		<li>
			<Link
				to="/rooms/$roomId"
				params={{ roomId }}
				search={body.thread ? { thread: body.thread, said: seq } : { at: seq }}
				className="flex items-start gap-3 rounded-m px-2 py-2 hover:bg-sunken"
			>
				<Avatar id={room?.peer?.id ?? roomId} name={name} picture={roomPicture(room)} />
				<span className="flex min-w-0 flex-1 flex-col">
					<span className="flex items-baseline gap-2">
						<span className="truncate font-semibold" dir="auto">
							{name}
						</span>
						<time dateTime={at} className="ms-auto shrink-0 text-xs text-muted">
							{shortTime(at, locale)}
						</time>
					</span>
					{sender !== name && (
						<span className="truncate text-sm text-beside text-muted" dir="auto">
							{sender}
						</span>
					)}
					{redacted ? (
						<span className="text-beside text-muted italic">{goneWords(item, t)}</span>
					) : (
						<Marked text={body.text ?? ""} highlights={highlights} />
					)}
				</span>
			</Link>
		</li>
	);
}

function Marked({ text, highlights = [] }: { text: string; highlights?: number[][] }) {
	return (
		<span className="line-clamp-3 break-words text-beside" dir="auto">
			{piecesOf(text, highlights).map((piece, at) =>
				piece.marked ? (
					// biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
					<mark key={at} className="rounded-s bg-accent-soft font-semibold text-accent-ink">
						{piece.text}
					</mark>
				) : (
					piece.text
				),
			)}
		</span>
	);
}

/** From the list where it is loaded so far. */
function useRoomOf(id: Id): Room | undefined {
	const listed = useRooms().rooms.find((room) => room.id === id);
	const asked = useQuery<Room | null>({
		queryKey: keys.room(id),
		queryFn: () => api.rooms.show(id),
		enabled: listed === undefined,
	});
	return listed ?? asked.data ?? undefined;
}

function useSenderName(room: Room | undefined, id: Id): string {
	const { t } = useTranslation();
	const { me } = useSignedIn();
	const peer = briefOf(room?.peer);
	const asked = useQuery({
		queryKey: keys.user(id),
		queryFn: () => api.people.show(id),
		retry: false,
		staleTime: 300_000,
		enabled: id !== me.id && id !== SYSTEM && room?.kind === "group",
	});
	if (id === me.id) return t("message.you");
	if (room?.kind === "direct") return peer?.display_name ?? t("rooms.deletedPerson");
	return asked.data?.display_name ?? t("people.someone");
}
