import { UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Brief } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { cx } from "@/ui/cx";
import { Handle } from "@/ui/handle";
import { EVERYONE } from "./mentions";

/** People to be named, above the field in which one writes. The field keeps the focus: its keys choose here. */
export function NameList({
	id,
	people,
	chosen,
	onPick,
}: {
	id: string;
	people: readonly Brief[];
	chosen: number;
	onPick: (person: Brief) => void;
}) {
	const { t } = useTranslation();
	return (
		<div
			id={id}
			role="listbox"
			tabIndex={-1}
			aria-label={t("mentions.list")}
			className="floating mb-1 rounded-m p-1"
		>
			{people.map((person, at) => (
				<div
					key={person.id}
					id={`${id}-${at}`}
					role="option"
					tabIndex={-1}
					aria-selected={at === chosen}
					onMouseDown={(event) => event.preventDefault()}
					onClick={() => onPick(person)}
					onKeyDown={(event) => event.key === "Enter" && onPick(person)}
					className={cx(
						"flex min-h-11 cursor-pointer items-center gap-3 rounded-s px-2",
						at === chosen ? "bg-accent-soft text-accent-ink" : "hover:bg-sunken",
					)}
				>
					{person.id === EVERYONE ? (
						<span className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent">
							<UsersRound size={17} aria-hidden="true" />
						</span>
					) : (
						<Avatar size="s" id={person.id} name={person.display_name} picture={person.avatar} />
					)}
					<span className="min-w-0 flex-1 truncate">
						<span className="font-medium">{person.display_name}</span>{" "}
						<span className="text-sm">
							<Handle username={person.username} />
						</span>
					</span>
				</div>
			))}
		</div>
	);
}
