import { useInfiniteQuery } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { HitRow } from "../search/hit-row";

/** The messages that one starred, the newest star first; each leads to where it stands. */
export function StarsPage() {
	const { t } = useTranslation();
	const query = useInfiniteQuery({
		queryKey: keys.stars,
		queryFn: ({ pageParam }) => api.mine.stars(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const stars = query.data?.pages.flatMap((p) => p.items) ?? [];
	return (
		<Page title={t("stars.title")} back="/rooms">
			{query.isPending ? (
				<SkeletonRows count={4} />
			) : query.isError && stars.length === 0 ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : stars.length === 0 ? (
				<Empty icon={Star} title={t("stars.none")}>
					{t("stars.noneHint")}
				</Empty>
			) : (
				<ul aria-label={t("stars.title")} className="-mx-2 flex flex-col">
					{stars.map(({ room_id, item }) => (
						<HitRow key={item.id} roomId={room_id} item={item} />
					))}
				</ul>
			)}
			{query.hasNextPage && (
				<Button
					className="mt-4 self-center"
					busy={query.isFetchingNextPage}
					onClick={() => void query.fetchNextPage()}
				>
					{t("common.more")}
				</Button>
			)}
		</Page>
	);
}
