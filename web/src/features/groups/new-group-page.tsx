import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { uuidv7 } from "@/sdk/uuid";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Page } from "@/ui/page";
import { Alert } from "@/ui/states";
import { PeoplePicker } from "./people-picker";

export function NewGroupPage() {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const client = useQueryClient();
	// Made once: pressing again after a lost answer makes no second group.
	const [clientId] = useState(() => uuidv7());
	const [title, setTitle] = useState("");
	const [members, setMembers] = useState<string[]>([]);
	const create = useMutation({
		mutationFn: () => api.rooms.createGroup(clientId, title.trim(), members),
		onSuccess: (room) => {
			client.setQueryData(keys.room(room.id), room);
			void client.invalidateQueries({ queryKey: keys.rooms });
			void navigate({ to: "/rooms/$roomId", params: { roomId: room.id }, replace: true });
		},
	});
	const ready = title.trim() !== "";
	function submit(event: FormEvent) {
		event.preventDefault();
		if (ready && !create.isPending) create.mutate();
	}
	const general = sayRest(t, create.error, ["title"]);
	return (
		<Page title={t("groups.new")} back="/rooms">
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{general && <Alert>{general}</Alert>}
				<TextField
					label={t("groups.name")}
					value={title}
					onChange={(e) => setTitle(e.target.value)}
					error={sayField(t, create.error, "title")}
					maxLength={100}
				/>
				<PeoplePicker picked={members} onChange={setMembers} />
				<p className="text-sm text-muted">{t("groups.newHint")}</p>
				<Button type="submit" look="primary" className="self-end" busy={create.isPending} disabled={!ready}>
					{t("groups.create")}
				</Button>
			</form>
		</Page>
	);
}
