import { useQuery } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import { useTranslation } from "react-i18next";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { type Brief, briefOf, type Id } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Handle } from "@/ui/handle";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { useBlock } from "../people/use-person-actions";

/** The people one has blocked. */
export function BlockedPage() {
	const { t } = useTranslation();
	const query = useQuery({ queryKey: keys.blocks, queryFn: () => api.people.blocks() });
	const unblock = useBlock();
	const blocks = query.data?.items ?? [];
	return (
		<Page title={t("block.list")} back="/settings">
			{query.isPending ? (
				<SkeletonRows count={3} />
			) : query.isError ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : blocks.length === 0 ? (
				<Empty icon={Ban} title={t("block.none")}>
					{t("block.noneHint")}
				</Empty>
			) : (
				<ul
					aria-label={t("block.list")}
					className="divide-y divide-line rounded-l border border-line bg-surface px-4"
				>
					{blocks.map(({ user }) => (
						<Row
							key={user.id}
							id={user.id}
							person={briefOf(user)}
							busy={unblock.isPending && unblock.variables?.user === user.id}
							onUnblock={() => unblock.mutate({ user: user.id, blocked: false })}
						/>
					))}
				</ul>
			)}
		</Page>
	);
}

function Row({
	id,
	person,
	busy,
	onUnblock,
}: {
	id: Id;
	person: Brief | undefined;
	busy: boolean;
	onUnblock: () => void;
}) {
	const { t } = useTranslation();
	const name = person?.display_name ?? t("rooms.deletedPerson");
	return (
		<li aria-label={name} className="flex min-h-16 items-center gap-3">
			<Avatar id={id} name={name} size="s" />
			<span className="min-w-0 flex-1 truncate">
				<span className="font-medium">{name}</span>{" "}
				{person && (
					<span className="text-muted">
						<Handle username={person.username} />
					</span>
				)}
			</span>
			<Button small busy={busy} onClick={onUnblock}>
				{t("block.unblock")}
			</Button>
		</li>
	);
}
