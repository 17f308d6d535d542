import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, Layers, SpellCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { useUnended } from "@/app/living";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { moment } from "@/i18n/time";
import { briefOf, type ReceivedCorrection } from "@/sdk";
import { Button } from "@/ui/button";
import { Page } from "@/ui/page";
import { saveFile } from "@/ui/save";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { toast } from "@/ui/toast";
import { CorrectionCard } from "./correction-card";
import { useCorrectionActs } from "./use-corrections";

/** A correction goes with the message that it is of. */
const endOf = ({ expires_at }: ReceivedCorrection) =>
	expires_at == null ? Number.POSITIVE_INFINITY : Date.parse(expires_at);

const FILTERS = ["all", "open", "accepted", "declined"] as const;
type Filter = (typeof FILTERS)[number];

/** What others improved of one's own words: to look through, and to take along. */
export function CorrectionsPage() {
	const { t } = useTranslation();
	const [filter, setFilter] = useState<Filter>("all");
	const state = filter === "all" ? undefined : filter;
	const query = useInfiniteQuery({
		queryKey: keys.corrections(filter),
		queryFn: ({ pageParam }) => api.me.corrections(state, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
	const rows = useUnended(query.data?.pages.flatMap((page) => page.items) ?? [], endOf);
	return (
		<Page title={t("corrections.title")} back="/profile">
			<div className="mb-4 flex flex-wrap items-center gap-2">
				<FilterChoice value={filter} onChange={setFilter} />
				<Downloads state={state} />
			</div>
			{query.isPending ? (
				<SkeletonRows count={3} />
			) : query.isError && query.data === undefined ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : rows.length === 0 && !query.hasNextPage ? (
				<Empty icon={SpellCheck} title={t("corrections.none")}>
					{t("corrections.noneHint")}
				</Empty>
			) : (
				<ul aria-label={t("corrections.title")} className="flex flex-col gap-3">
					{rows.map((row) => (
						<Row key={row.correction.id} row={row} />
					))}
				</ul>
			)}
			{query.hasNextPage && (
				<Button
					look="quiet"
					className="mx-auto mt-4"
					busy={query.isFetchingNextPage}
					onClick={() => void query.fetchNextPage()}
				>
					{t("common.more")}
				</Button>
			)}
		</Page>
	);
}

function FilterChoice({ value, onChange }: { value: Filter; onChange: (filter: Filter) => void }) {
	const { t } = useTranslation();
	return (
		<fieldset className="min-w-0 flex-1 basis-72">
			<legend className="sr-only">{t("corrections.filter")}</legend>
			<div className="grid grid-cols-4 gap-1 rounded-m bg-sunken p-1">
				{FILTERS.map((key) => (
					<label
						key={key}
						className="relative flex min-h-9 items-center justify-center rounded-s px-1 text-center text-sm font-medium text-muted has-checked:bg-surface has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
					>
						<input
							type="radio"
							name="state"
							className="absolute inset-0 cursor-pointer opacity-0"
							checked={value === key}
							onChange={() => onChange(key)}
						/>
						{t(`corrections.states.${key}`)}
					</label>
				))}
			</div>
		</fieldset>
	);
}

function Downloads({ state }: { state: string | undefined }) {
	const { t } = useTranslation();
	const onError = (cause: unknown) => toast(sayError(t, cause));
	const table = useMutation({
		mutationFn: () => api.me.correctionsFile("text/csv", state),
		onSuccess: (file) => saveFile("corrections.csv", file),
		onError,
	});
	const cards = useMutation({
		mutationFn: () => api.me.correctionsFile("text/tab-separated-values", state),
		onSuccess: (file) => saveFile("corrections-anki.txt", file),
		onError,
	});
	return (
		<div className="flex flex-wrap gap-2">
			<Button small busy={table.isPending} onClick={() => table.mutate()}>
				<Download size={15} aria-hidden="true" />
				{t("corrections.csv")}
			</Button>
			<Button small busy={cards.isPending} onClick={() => cards.mutate()}>
				<Layers size={15} aria-hidden="true" />
				{t("corrections.anki")}
			</Button>
		</div>
	);
}

function Row({ row }: { row: ReceivedCorrection }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const acts = useCorrectionActs(row.room_id, row.message_id);
	const { correction } = row;
	const name = briefOf(row.by)?.display_name ?? t("rooms.deletedPerson");
	return (
		<li>
			<CorrectionCard
				correction={correction}
				head={
					<>
						<Link
							to="/rooms/$roomId"
							params={{ roomId: row.room_id }}
							className="font-medium text-ink hover:underline"
						>
							{t("corrections.by", { name })}
						</Link>{" "}
						<time dateTime={correction.at}>{moment(correction.at, locale)}</time>
					</>
				}
				stale={correction.version < row.message_version}
				may={["accept", "decline"]}
				busy={acts.isPending ? acts.variables.answer : null}
				onAnswer={(answer) => acts.mutate({ correction, answer })}
			/>
		</li>
	);
}
