import { UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LEVELS, type PublicFilter } from "@/sdk";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { LanguageOptions } from "./language-options";
import { PublicRoomCard } from "./public-room-card";
import { usePublicRooms } from "./use-public-rooms";

/** Groups that everybody can find, by language and level. */
export function PublicRoomsPage() {
	const { t } = useTranslation();
	const model = usePublicRooms();
	const { query, rooms } = model;
	return (
		<Page wide title={t("publicGroups.title")} back="/matches">
			<Filters filter={model.filter} onChange={model.set} />
			{query.isPending ? (
				<SkeletonRows />
			) : query.isError && rooms.length === 0 ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : rooms.length === 0 && !query.hasNextPage ? (
				<Empty
					icon={UsersRound}
					title={t(model.filtered ? "publicGroups.noneFiltered" : "publicGroups.none")}
					action={model.filtered && <Button onClick={model.clear}>{t("matches.clear")}</Button>}
				>
					{model.filtered ? t("matches.noneFilteredHint") : t("publicGroups.noneHint")}
				</Empty>
			) : (
				<>
					<ul
						aria-label={t("publicGroups.title")}
						className="grid grid-cols-1 gap-4 md:grid-cols-2 lg:grid-cols-3"
					>
						{rooms.map((room) => (
							<PublicRoomCard key={room.id} room={room} />
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

interface FiltersProps {
	filter: PublicFilter;
	onChange: (change: PublicFilter) => void;
}

function Filters({ filter, onChange }: FiltersProps) {
	const { t } = useTranslation();
	return (
		<section aria-label={t("matches.filters")} className="mb-6 grid grid-cols-2 gap-2 md:max-w-xl">
			<SelectField
				label={t("doors.language")}
				value={filter.language ?? ""}
				onChange={(e) => onChange({ language: e.target.value })}
			>
				<option value="">{t("matches.any")}</option>
				<LanguageOptions />
			</SelectField>
			<SelectField
				label={t("doors.level")}
				value={filter.level ?? ""}
				onChange={(e) => onChange({ level: e.target.value })}
			>
				<option value="">{t("matches.any")}</option>
				{LEVELS.map((level) => (
					<option key={level} value={level}>
						{t(`level.${level}`)}
					</option>
				))}
			</SelectField>
		</section>
	);
}
