import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMe, useRoom, useRooms } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { type Brief, briefOf, type Room } from "@/sdk";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { useMembers } from "../conversation/use-names";
import { roomName } from "../rooms/room-name";
import { type Filter, isNarrow, isUpsideDown } from "./filter";

/** What a search can be narrowed by. */
export function FilterFields({
	id,
	filter,
	onChange,
}: {
	id: string;
	filter: Filter;
	onChange: (change: Filter) => void;
}) {
	const { t } = useTranslation();
	const people = usePeopleToPick(filter);
	const rooms = useRoomsToPick(filter);
	return (
		<section
			id={id}
			aria-label={t("search.filters")}
			className="grid grid-cols-1 gap-3 rounded-l border border-line bg-surface p-4 sm:grid-cols-2"
		>
			<SelectField
				label={t("search.by")}
				value={filter.by ?? ""}
				onChange={(event) => onChange({ by: event.target.value || undefined })}
			>
				<option value="">{t("search.anybody")}</option>
				{people.map(({ id, name }) => (
					<option key={id} value={id}>
						{name}
					</option>
				))}
			</SelectField>
			<SelectField
				label={t("search.in")}
				value={filter.room ?? ""}
				onChange={(event) => onChange({ room: event.target.value || undefined })}
			>
				<option value="">{t("search.everywhere")}</option>
				{rooms.map((room) => (
					<option key={room.id} value={room.id}>
						{roomName(room, t)}
					</option>
				))}
			</SelectField>
			<TextField
				type="date"
				label={t("search.from")}
				value={filter.from ?? ""}
				max={filter.until}
				onChange={(event) => onChange({ from: event.target.value || undefined })}
			/>
			<TextField
				type="date"
				label={t("search.until")}
				value={filter.until ?? ""}
				min={filter.from}
				error={isUpsideDown(filter) ? t("search.upsideDown") : null}
				onChange={(event) => onChange({ until: event.target.value || undefined })}
			/>
			{isNarrow(filter) && (
				<Button
					small
					look="quiet"
					className="-ms-3 justify-self-start sm:col-span-2"
					onClick={() => onChange({ by: undefined, room: undefined, from: undefined, until: undefined })}
				>
					{t("search.clear")}
				</Button>
			)}
		</section>
	);
}

interface Pick {
	id: string;
	name: string;
}

/** Oneself, then whom one talks with there: the members of a group, else those of direct rooms. */
function usePeopleToPick({ by, room }: Filter): Pick[] {
	const { t } = useTranslation();
	const me = useMe();
	const { rooms } = useRooms();
	const chosen = useRoom(room ?? "", room !== undefined).data;
	const group = chosen?.kind === "group";
	const { members } = useMembers(room ?? "", group);
	const near = chosen && !group ? [chosen] : rooms;
	const known: Brief[] = group
		? members.flatMap((member) => briefOf(member.user) ?? [])
		: near.flatMap((r) => (r.pending && !r.pending.by_me ? [] : (briefOf(r.peer) ?? [])));
	const named = [...new Map(known.map((person) => [person.id, person.display_name]))]
		.filter(([id]) => id !== me.id)
		.map(([id, name]) => ({ id, name }))
		.sort((a, b) => a.name.localeCompare(b.name));
	const all = [{ id: me.id, name: t("message.you") }, ...named];
	const name = useNameOf(by);
	return by && !all.some((person) => person.id === by) ? [...all, { id: by, name }] : all;
}

/** The name of whoever is chosen, who may be on no list that is loaded. */
export function useNameOf(id: string | undefined): string {
	const { t } = useTranslation();
	const me = useMe();
	const asked = useQuery({
		queryKey: keys.user(id ?? ""),
		queryFn: () => api.people.show(id ?? ""),
		retry: false,
		staleTime: 300_000,
		enabled: id !== undefined && id !== me.id,
	});
	if (id === me.id) return t("message.you");
	return asked.data?.display_name ?? t("people.someone");
}

function useRoomsToPick({ room }: Filter): Room[] {
	const { rooms } = useRooms();
	const chosen = useRoom(room ?? "", room !== undefined).data;
	return chosen && !rooms.some((other) => other.id === chosen.id) ? [...rooms, chosen] : rooms;
}
