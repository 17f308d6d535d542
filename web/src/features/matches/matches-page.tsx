import { Link } from "@tanstack/react-router";
import { Compass, RefreshCw, UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass, IconButton } from "@/ui/button";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { Filters } from "./filters";
import { MatchCard } from "./match-card";
import { useMatches } from "./use-matches";

export function MatchesPage() {
	const { t } = useTranslation();
	const model = useMatches();
	const { query, matches } = model;
	return (
		<Page
			wide
			title={t("matches.title")}
			actions={
				<>
					<Link to="/groups" className={buttonClass("plain", true)}>
						<UsersRound size={16} aria-hidden="true" />
						{t("publicGroups.find")}
					</Link>
					<IconButton label={t("matches.refresh")} onClick={() => void query.refetch()}>
						<RefreshCw size={18} aria-hidden="true" className={query.isFetching ? "animate-spin" : ""} />
					</IconButton>
				</>
			}
		>
			<Filters filter={model.filter} onChange={model.set} />
			{query.isPending ? (
				<SkeletonRows />
			) : query.isError && matches.length === 0 ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : matches.length === 0 ? (
				<Empty
					icon={Compass}
					title={model.filtered ? t("matches.noneFiltered") : t("matches.none")}
					action={
						model.hidden ? (
							<Link to="/settings" className={buttonClass()}>
								{t("settings.title")}
							</Link>
						) : (
							model.filtered && <Button onClick={model.clear}>{t("matches.clear")}</Button>
						)
					}
				>
					{model.hidden
						? t("settings.find_meHint")
						: model.filtered
							? t("matches.noneFilteredHint")
							: t("matches.noneHint")}
				</Empty>
			) : (
				<>
					<ul
						aria-label={t("matches.title")}
						className="grid grid-cols-1 gap-4 md:grid-cols-2 lg:grid-cols-3"
					>
						{matches.map((match) => (
							<MatchCard key={match.user.id} match={match} />
						))}
					</ul>
					{query.hasNextPage && (
						<Button
							className="mt-6 self-center"
							busy={query.isFetchingNextPage}
							onClick={() => void query.fetchNextPage()}
						>
							{t("common.more")}
						</Button>
					)}
				</>
			)}
		</Page>
	);
}
