import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { PublicRoom } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { GroupFacts } from "./group-facts";
import { useEnter, useStopAsking } from "./use-public-rooms";

/** A public group, and the way in. */
export function PublicRoomCard({ room }: { room: PublicRoom }) {
	const { t } = useTranslation();
	const enter = useEnter(room.id);
	const stop = useStopAsking(room.id);
	return (
		<li
			aria-label={room.title}
			className="flex flex-col gap-3 rounded-l border border-line bg-surface p-4 md:p-6"
		>
			<div className="flex items-center gap-3">
				<Avatar id={room.id} name={room.title} picture={room.avatar} />
				<div className="min-w-0 flex-1">
					<h2 className="truncate text-base" dir="auto">
						{room.title}
					</h2>
					<GroupFacts group={room} />
				</div>
			</div>
			{room.topic && (
				<p dir="auto" className="line-clamp-3 break-words whitespace-pre-wrap text-muted">
					{room.topic}
				</p>
			)}
			{room.asked ? (
				<div className="mt-auto flex min-h-10 flex-wrap items-center justify-end gap-3 self-end">
					<p className="flex items-center gap-2 text-sm font-semibold text-muted">
						<Check size={16} aria-hidden="true" />
						{t("publicGroups.asked")}
					</p>
					<Button small busy={stop.isPending} onClick={() => stop.mutate()}>
						{t("publicGroups.takeBack")}
					</Button>
				</div>
			) : (
				<Button
					look={room.join === "open" ? "primary" : "plain"}
					className="mt-auto self-end"
					busy={enter.isPending}
					onClick={() => enter.mutate()}
				>
					{t(room.join === "open" ? "publicGroups.join" : "publicGroups.ask")}
				</Button>
			)}
		</li>
	);
}
