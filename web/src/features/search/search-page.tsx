import { useSearch as useAddress, useNavigate } from "@tanstack/react-router";
import { Search, SearchX } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoom } from "@/app/hooks";
import type { Id } from "@/sdk";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { roomName } from "../rooms/room-name";
import { HitRow } from "./hit-row";
import { useSearch } from "./use-search";

/** What was said, found by its words: in all conversations, or in one. */
export function SearchPage() {
	const { room, q } = useAddress({ strict: false }) as { room?: Id; q?: string };
	return room ? <InRoom key={room} room={room} q={q} /> : <Everywhere q={q} />;
}

function Everywhere({ q }: { q?: string }) {
	const { t } = useTranslation();
	return <Finder title={t("search.title")} back="/rooms" q={q} />;
}

function InRoom({ room, q }: { room: Id; q?: string }) {
	const { t } = useTranslation();
	const found = useRoom(room).data;
	const title = found ? t("search.inRoom", { name: roomName(found, t) }) : t("search.title");
	return <Finder title={title} back={`/rooms/${room}`} room={room} q={q} />;
}

function Finder({ title, back, room, q = "" }: { title: string; back: string; room?: Id; q?: string }) {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const [words, setWords] = useState(q);
	const input = useRef<HTMLInputElement>(null);
	// Who comes here wants to type. The heading has told where one is.
	useEffect(() => input.current?.focus(), []);
	function change(value: string) {
		setWords(value);
		// The way back from a message leads to what was found.
		void navigate({ to: "/search", search: { room, q: value || undefined }, replace: true });
	}
	return (
		<Page title={title} back={back}>
			<div className="mb-4">
				<label className="relative block">
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
						onChange={(event) => change(event.target.value)}
						className="control w-full ps-10"
					/>
				</label>
			</div>
			<Found room={room} words={words} />
		</Page>
	);
}

function Found({ room, words }: { room?: Id; words: string }) {
	const { t } = useTranslation();
	const { query, hits, asked, looking } = useSearch(room, words);
	if (!asked)
		return (
			<Empty icon={Search} title={t("search.begin")}>
				{t("search.hint")}
			</Empty>
		);
	if (looking) return <SkeletonRows count={4} />;
	if (query.isError && hits.length === 0)
		return <Failed cause={query.error} onRetry={() => void query.refetch()} />;
	return (
		<>
			<Told>{t("search.found", { count: hits.length })}</Told>
			{hits.length === 0 ? (
				<Empty icon={SearchX} title={t("search.none")}>
					{t("search.noneHint")}
				</Empty>
			) : (
				<ul aria-label={t("search.results")} className="-mx-2 flex flex-col">
					{hits.map((hit) => (
						<HitRow key={hit.event.id} hit={hit} />
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
