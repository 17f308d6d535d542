import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayPeople } from "@/app/errors";
import { useRooms } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Brief, Id, Room } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast";
import { leads } from "./ranks";

/** The groups into which the reader may bring people. */
export function useLedGroups(): Room[] {
	return useRooms().rooms.filter((room) => room.kind === "group" && leads(room));
}

/** Brings a person into one of one's groups; who does not know the reader is asked first. */
export function BringDialog({
	person,
	open,
	onClose,
}: {
	person: Brief;
	open: boolean;
	onClose: () => void;
}) {
	const { t } = useTranslation();
	const groups = useLedGroups();
	const [picked, setPicked] = useState<Id | null>(null);
	const bring = useBring(person, onClose);
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t("groups.bringTitle", { name: person.display_name })}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button
						look="primary"
						disabled={!picked}
						busy={bring.isPending}
						onClick={() => picked && bring.mutate(picked)}
					>
						{t("groups.add")}
					</Button>
				</>
			}
		>
			<fieldset className="flex flex-col">
				<legend className="sr-only">{t("publicGroups.find")}</legend>
				{groups.map((room) => (
					<Choice key={room.id} room={room} picked={picked === room.id} onPick={() => setPicked(room.id)} />
				))}
			</fieldset>
		</Dialog>
	);
}

function Choice({ room, picked, onPick }: { room: Room; picked: boolean; onPick: () => void }) {
	const id = useId();
	return (
		<label
			htmlFor={id}
			className="flex min-h-12 cursor-pointer items-center gap-3 rounded-m px-2 hover:bg-sunken"
		>
			<Avatar id={room.id} name={room.title} picture={room.avatar} size="s" />
			<span className="min-w-0 flex-1 truncate font-medium" dir="auto">
				{room.title}
			</span>
			<input
				id={id}
				type="radio"
				name="group"
				className="size-4 accent-(--accent)"
				checked={picked}
				onChange={onPick}
			/>
		</label>
	);
}

function useBring(person: Brief, onDone: () => void) {
	const { t } = useTranslation();
	const client = useQueryClient();
	return useMutation({
		mutationFn: (room: Id) => api.rooms.addMembers(room, [person.id]),
		onSuccess: ({ invited }, room) => {
			void client.invalidateQueries({ queryKey: keys.members(room) });
			void client.invalidateQueries({ queryKey: keys.rooms });
			toast(t(invited?.length ? "groups.asked" : "groups.brought", { name: person.display_name }));
			onDone();
		},
		onError: (cause) => toast(sayPeople(t, cause)),
	});
}
