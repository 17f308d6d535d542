import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useRooms } from "@/app/hooks";
import { api } from "@/app/session";
import { peerId } from "@/app/use-live-shell";
import { briefOf, type Id, type Item, uuidv7 } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Alert } from "@/ui/states";
import { toast } from "@/ui/toast";
import { roomName, roomPicture } from "../rooms/room-name";

/** So many conversations are seen at a glance. */
const FEW = 6;

/** Passes a message on: its words, and neither whose they are nor where they were written. */
export function ForwardDialog({ roomId, item, onClose }: { roomId: Id; item: Item; onClose: () => void }) {
	const { t } = useTranslation();
	const { rooms, hasNextPage, isFetchingNextPage, fetchNextPage } = useRooms();
	// One name for all tries: whatever is pressed twice is sent once to each room.
	const [client_id] = useState(uuidv7);
	const forward = useMutation({
		mutationFn: (to: Id) => api.timeline.forward(to, client_id, { room_id: roomId, message_id: item.id }),
		onSuccess: () => {
			onClose();
			toast(t("forward.done"));
		},
	});
	const [filter, setFilter] = useState("");
	const known = rooms.filter((room) => room.kind === "group" || briefOf(room.peer));
	const sought = filter.trim().toLowerCase();
	const targets = known.filter((room) => roomName(room, t).toLowerCase().includes(sought));
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("forward.title")}
			description={t("forward.hint")}
			actions={<Button onClick={onClose}>{t("common.cancel")}</Button>}
		>
			{forward.error && <Alert>{sayError(t, forward.error)}</Alert>}
			{known.length > FEW && (
				<Field label={t("forward.filter")}>
					{(props) => (
						<input
							{...props}
							type="search"
							value={filter}
							onChange={(e) => setFilter(e.target.value)}
							className="control"
						/>
					)}
				</Field>
			)}
			{targets.length === 0 && <p className="p-4 text-center text-muted">{t("forward.none")}</p>}
			<ul aria-label={t("forward.to")} className="-mx-2 flex flex-col">
				{targets.map((room) => {
					const name = roomName(room, t);
					return (
						<li key={room.id}>
							<button
								type="button"
								disabled={forward.isPending}
								onClick={() => forward.mutate(room.id)}
								className="flex min-h-12 w-full items-center gap-3 rounded-m px-2 text-start hover:bg-sunken"
							>
								<Avatar size="s" id={peerId(room) ?? room.id} name={name} picture={roomPicture(room)} />
								<span dir="auto" className="min-w-0 flex-1 truncate font-medium">
									{name}
								</span>
							</button>
						</li>
					);
				})}
			</ul>
			{hasNextPage && (
				<Button look="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
					{t("common.more")}
				</Button>
			)}
		</Dialog>
	);
}
