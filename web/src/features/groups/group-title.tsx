import { Pencil } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Room } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { TextField } from "@/ui/field";
import { roomName } from "../rooms/room-name";
import { GroupPicture } from "./group-picture";

/** The group's picture and name, changed in place by those who may. */
export function GroupTitle({
	room,
	editable,
	onRename,
}: {
	room: Room;
	editable: boolean;
	onRename: (title: string) => Promise<unknown>;
}) {
	const { t } = useTranslation();
	const [editing, setEditing] = useState(false);
	const [title, setTitle] = useState(room.title);
	async function submit(event: FormEvent) {
		event.preventDefault();
		if (title.trim() && title.trim() !== room.title) await onRename(title.trim()).catch(() => {});
		setEditing(false);
	}
	if (editing) {
		return (
			<form onSubmit={(event) => void submit(event)} className="mb-6 flex items-end gap-2">
				<div className="flex-1">
					<TextField
						label={t("groups.name")}
						value={title}
						onChange={(e) => setTitle(e.target.value)}
						maxLength={100}
						autoFocus
					/>
				</div>
				<Button onClick={() => setEditing(false)}>{t("common.cancel")}</Button>
				<Button type="submit" look="primary" disabled={!title.trim()}>
					{t("common.save")}
				</Button>
			</form>
		);
	}
	return (
		<div className="mb-6 flex items-center gap-4">
			<GroupPicture room={room} editable={editable} />
			<h2 className="min-w-0 text-xl break-words">{roomName(room, t)}</h2>
			{editable && (
				<IconButton
					label={t("groups.rename")}
					onClick={() => {
						setTitle(room.title);
						setEditing(true);
					}}
				>
					<Pencil size={18} aria-hidden="true" />
				</IconButton>
			)}
		</div>
	);
}
