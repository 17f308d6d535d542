import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { Search, SearchX } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoom } from "@/app/hooks";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { roomName } from "../rooms/room-name";
import { type Filter, isNarrow } from "./filter";
import { FilterBar } from "./filter-bar";
import { HitRow } from "./hit-row";
import { useSearch } from "./use-search";

/** What was said, found by its words: in all conversations or in one, by whom and when. */
export function SearchPage() {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const { q = "", ...filter } = useAddress({ strict: false }) as Filter & { q?: string };
	const [words, setWords] = useState(q);
	// Where one came from, which a filter does not change.
	const [origin] = useState(filter.room);
	const room = useRoom(filter.room ?? "", filter.room !== undefined).data;
	const input = useRef<HTMLInputElement>(null);
	// Who comes here wants to type. The heading has told where one is.
	useEffect(() => input.current?.focus(), []);
	function go(search: Filter & { q?: string }) {
		// The way back from a message leads to what was found.
		void navigate({ to: "/search", search, replace: true });
	}
	return (
		<Page
			title={room ? t("search.inRoom", { name: roomName(room, t) }) : t("search.title")}
			back={origin ? `/rooms/${origin}` : "/rooms"}
		>
			<div className="mb-4 flex flex-col gap-3">
				<label className="with-sign block">
					<span className="sr-only">{t("search.label")}</span>
					<Search
						size={18}
						aria-hidden="true"
						className="pointer-events-none absolute inset-y-0 start-3 my-auto text-muted"
					/>
					<input
						ref={input}
						type="search"
						dir="auto"
						maxLength={200}
						value={words}
						placeholder={t("search.label")}
						onChange={(event) => {
							setWords(event.target.value);
							go({ ...filter, q: event.target.value || undefined });
						}}
						className="control"
					/>
				</label>
				<FilterBar
					filter={filter}
					onChange={(change) => go({ ...filter, ...change, q: words || undefined })}
				/>
			</div>
			<Found filter={filter} words={words} onClear={() => go({ q: words || undefined })} />
		</Page>
	);
}

function Found({ filter, words, onClear }: { filter: Filter; words: string; onClear: () => void }) {
	const { t } = useTranslation();
	const { query, hits, asked, looking } = useSearch(filter, words);
	const narrow = isNarrow(filter);
	if (!asked)
		return (
			<Empty icon={Search} title={t("search.begin")}>
				{narrow ? t("search.filteredHint") : t("search.hint")}
			</Empty>
		);
	if (looking) return <SkeletonRows count={4} />;
	if (query.isError && hits.length === 0)
		return <Failed cause={query.error} onRetry={() => void query.refetch()} />;
	return (
		<>
			<Told>{t("search.found", { count: hits.length })}</Told>
			{hits.length === 0 ? (
				<Empty
					icon={SearchX}
					title={t("search.none")}
					action={narrow && <Button onClick={onClear}>{t("search.clear")}</Button>}
				>
					{narrow ? t("search.noneFiltered") : t("search.noneHint")}
				</Empty>
			) : (
				<ul aria-label={t("search.results")} className="-mx-2 flex flex-col">
					{hits.map(({ room_id, item, highlights }) => (
						<HitRow key={item.id} roomId={room_id} item={item} highlights={highlights} />
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
		</>
	);
}

/** For who does not see the list change. */
function Told({ children }: { children: ReactNode }) {
	return (
		<p role="status" className="sr-only">
			{children}
		</p>
	);
}
