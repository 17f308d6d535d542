import { useQueryClient } from "@tanstack/react-query";
import { Camera } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Room } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Dialog } from "@/ui/dialog";
import { PictureField } from "../profile/picture/picture-field";
import { usePicture } from "../profile/picture/use-picture";
import { roomName } from "../rooms/room-name";

/** The group's picture; for those who may change it a button that opens the way to another one. */
export function GroupPicture({ room, editable }: { room: Room; editable: boolean }) {
	const { t } = useTranslation();
	const [open, setOpen] = useState(false);
	const name = roomName(room, t);
	const avatar = <Avatar id={room.id} name={name} picture={room.avatar} size="l" />;
	if (!editable) return avatar;
	return (
		<>
			<span className="relative inline-flex shrink-0">
				{avatar}
				{/* Over the picture and not around it: initials are no name of a button. */}
				<button
					type="button"
					aria-label={t("groups.changePicture")}
					title={t("groups.changePicture")}
					onClick={() => setOpen(true)}
					className="group absolute inset-0 rounded-full"
				>
					<span className="absolute -end-1 -bottom-1 flex size-8 items-center justify-center rounded-full border border-edge bg-surface text-ink group-hover:bg-sunken">
						<Camera size={16} aria-hidden="true" />
					</span>
				</button>
			</span>
			<Dialog open={open} onClose={() => setOpen(false)} title={t("groups.picture")} actions={null}>
				<Field room={room} name={name} onDone={() => setOpen(false)} />
			</Dialog>
		</>
	);
}

function Field({ room, name, onDone }: { room: Room; name: string; onDone: () => void }) {
	const { t } = useTranslation();
	const client = useQueryClient();
	const picture = usePicture<Room>({
		save: (file) => api.rooms.setAvatar(room.id, file),
		remove: () => api.rooms.removeAvatar(room.id),
		kept(room) {
			client.setQueryData(keys.room(room.id), room);
			void client.invalidateQueries({ queryKey: keys.rooms });
			onDone();
		},
	});
	const of = { id: room.id, name, avatar: room.avatar };
	return <PictureField label={t("groups.picture")} of={of} picture={picture} />;
}
