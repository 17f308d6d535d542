import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { ago } from "@/i18n/time";
import { type Ban, briefOf, type Id } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Section } from "@/ui/page";
import type { Group } from "./use-group";

/** Whom the group keeps out, for those who lead it; nothing where that is nobody. */
export function GroupBans({ roomId, group }: { roomId: Id; group: Group }) {
	const { t } = useTranslation();
	const query = useInfiniteQuery({
		queryKey: keys.bans(roomId),
		queryFn: ({ pageParam }) => api.rooms.bans(roomId, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const bans = query.data?.pages.flatMap((page) => page.items) ?? [];
	if (bans.length === 0) return null;
	return (
		<Section title={t("groups.bans")} hint={t("groups.bansHint")}>
			<ul aria-label={t("groups.bans")} className="flex flex-col">
				{bans.map((ban) => (
					<BanRow key={ban.user.id} ban={ban} onUnban={() => group.unban.mutate(ban.user.id)} />
				))}
			</ul>
			{query.hasNextPage && (
				<Button look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
					{t("common.more")}
				</Button>
			)}
		</Section>
	);
}

function BanRow({ ban, onUnban }: { ban: Ban; onUnban: () => void }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const person = briefOf(ban.user);
	const name = person?.display_name ?? t("rooms.deletedPerson");
	return (
		<li aria-label={name} className="flex min-h-14 items-center gap-3">
			<Avatar id={ban.user.id} name={name} picture={person?.avatar} size="s" />
			<span className="min-w-0 flex-1">
				<span className="block truncate font-medium">{name}</span>
				<span className="block truncate text-sm text-muted">{ago(ban.banned_at, locale)}</span>
			</span>
			<Button small onClick={onUnban}>
				{t("groups.unban")}
			</Button>
		</li>
	);
}
