import { Check, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRooms } from "@/app/hooks";
import { type Brief, briefOf, type Id } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { cx } from "@/ui/cx";
import { Field } from "@/ui/field";
import { Handle } from "@/ui/handle";

/** Picks people among those one talks with. */
export function PeoplePicker({
	picked,
	onChange,
	without = [],
}: {
	picked: Id[];
	onChange: (ids: Id[]) => void;
	without?: Id[];
}) {
	const { t } = useTranslation();
	const [filter, setFilter] = useState("");
	const people = useKnownPeople().filter((p) => !without.includes(p.id));
	const wanted = filter.trim().toLowerCase();
	const shown = people.filter(
		(p) => !wanted || `${p.display_name} ${p.username}`.toLowerCase().includes(wanted),
	);
	const toggle = (id: Id) => onChange(picked.includes(id) ? picked.filter((p) => p !== id) : [...picked, id]);
	return (
		<div className="flex flex-col gap-2">
			<Field label={t("groups.filter")}>
				{(props) => (
					<div className="relative">
						<Search
							size={16}
							className="absolute top-1/2 start-3 -translate-y-1/2 text-muted"
							aria-hidden="true"
						/>
						<input
							{...props}
							type="search"
							value={filter}
							onChange={(e) => setFilter(e.target.value)}
							className="control ps-9"
						/>
					</div>
				)}
			</Field>
			<fieldset className="max-h-80 overflow-y-auto rounded-m border border-line p-1">
				<legend className="sr-only">{t("groups.people")}</legend>
				{shown.length === 0 && (
					<p className="p-4 text-center text-muted">
						{people.length ? t("groups.nobodyFound") : t("groups.nobody")}
					</p>
				)}
				{shown.map((person) => (
					<label
						key={person.id}
						className="relative flex min-h-12 items-center gap-3 rounded-s px-2 hover:bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-accent"
					>
						<input
							type="checkbox"
							className="absolute inset-0 cursor-pointer opacity-0"
							checked={picked.includes(person.id)}
							onChange={() => toggle(person.id)}
						/>
						<Avatar id={person.id} name={person.display_name} picture={person.avatar} size="s" />
						<span className="min-w-0 flex-1 truncate">
							{person.display_name}{" "}
							<span className="text-muted">
								<Handle username={person.username} />
							</span>
						</span>
						<span
							aria-hidden="true"
							className={cx(
								"flex size-5 items-center justify-center rounded-s border",
								picked.includes(person.id) ? "border-accent bg-accent text-on-accent" : "border-edge",
							)}
						>
							{picked.includes(person.id) && <Check size={14} strokeWidth={3} />}
						</span>
					</label>
				))}
			</fieldset>
		</div>
	);
}

function useKnownPeople(): Brief[] {
	const { rooms } = useRooms();
	return rooms.flatMap((room) => (room.pending ? [] : (briefOf(room.peer) ?? [])));
}
