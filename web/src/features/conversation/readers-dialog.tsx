import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { briefOf, type Item } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed, SkeletonRows } from "@/ui/states";
import { useConversation } from "./context";

/** Who of a group has read a message, of those who show it. */
export function ReadersDialog({ item, open, onClose }: { item: Item; open: boolean; onClose: () => void }) {
	const { t } = useTranslation();
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t("message.readers")}
			actions={<Button onClick={onClose}>{t("common.close")}</Button>}
		>
			{open && <Readers item={item} />}
		</Dialog>
	);
}

function Readers({ item }: { item: Item }) {
	const { t } = useTranslation();
	const { room } = useConversation();
	const query = useQuery({
		queryKey: keys.readers(room.id, item.id),
		queryFn: () => api.mine.readers(room.id, item.id),
		staleTime: 0,
	});
	if (query.isPending) return <SkeletonRows count={2} />;
	if (query.isError) return <Failed cause={query.error} onRetry={() => void query.refetch()} />;
	const people = query.data.items;
	if (people.length === 0) return <p className="text-muted">{t("message.noReaders")}</p>;
	return (
		<ul aria-label={t("message.readers")} className="flex flex-col gap-2">
			{people.map((person) => {
				const name = briefOf(person)?.display_name ?? t("rooms.deletedPerson");
				return (
					<li key={person.id} className="flex items-center gap-3">
						<Avatar size="s" id={person.id ?? ""} name={name} picture={briefOf(person)?.avatar} />
						<span className="truncate" dir="auto">
							{name}
						</span>
					</li>
				);
			})}
		</ul>
	);
}
