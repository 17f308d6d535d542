import { Check, Lock } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { moment } from "@/i18n/time";
import type { Item, Poll, Tally } from "@/sdk";
import { Button } from "@/ui/button";
import { useConversation } from "../conversation/context";
import { useOver, usePollActs } from "./use-poll";
import { VotesDialog } from "./votes-dialog";

const same = (a: number[], b: number[]) => a.length === b.length && a.every((place) => b.includes(place));

/** The options of a poll with how the votes stand. One chooses and then votes, so that arrow keys may wander. */
export function PollView({
	item,
	poll,
	tally,
	tabIndex,
}: {
	item: Item;
	poll: Poll;
	tally: Tally;
	tabIndex: number;
}) {
	const { t } = useTranslation();
	const { room } = useConversation();
	const { vote } = usePollActs(room.id);
	const over = useOver(item);
	const mine = item.my_vote ?? [];
	// Until it is touched what was voted stands chosen, on this device or another.
	const [touched, setTouched] = useState<number[] | null>(null);
	const chosen = touched ?? mine;
	const cast = (choices: number[]) => vote.mutate({ item, choices }, { onSuccess: () => setTouched(null) });
	function choose(place: number, on: boolean) {
		const others = poll.multiple ? chosen.filter((other) => other !== place) : [];
		setTouched(on ? [...others, place].sort((a, b) => a - b) : others);
	}
	return (
		<div
			data-poll={over ? "over" : "open"}
			className="clear-both flex min-w-44 flex-col gap-1 pt-2 sm:min-w-80"
		>
			{over ? (
				<Result poll={poll} tally={tally} mine={mine} />
			) : (
				<Ballot item={item} poll={poll} tally={tally} chosen={chosen} choose={choose} tabIndex={tabIndex} />
			)}
			{!over && (!same(chosen, mine) || mine.length > 0) && (
				<div className="flex flex-wrap gap-2 pt-1">
					{!same(chosen, mine) && chosen.length > 0 && (
						<Button
							small
							look="primary"
							busy={vote.isPending}
							tabIndex={tabIndex}
							onClick={() => cast(chosen)}
						>
							{mine.length ? t("polls.change") : t("polls.vote")}
						</Button>
					)}
					{mine.length > 0 && (same(chosen, mine) || chosen.length === 0) && (
						<Button small busy={vote.isPending} tabIndex={tabIndex} onClick={() => cast([])}>
							{t("polls.takeBack")}
						</Button>
					)}
				</div>
			)}
			<Foot item={item} poll={poll} tally={tally} over={over} tabIndex={tabIndex} />
		</div>
	);
}

function Ballot({
	item,
	poll,
	tally,
	chosen,
	choose,
	tabIndex,
}: {
	item: Item;
	poll: Poll;
	tally: Tally;
	chosen: number[];
	choose: (place: number, on: boolean) => void;
	tabIndex: number;
}) {
	const name = useId();
	return (
		<fieldset className="flex min-w-0 flex-col">
			<legend className="sr-only">{item.body.text}</legend>
			{poll.options.map((option, place) => (
				<label key={option} className="flex min-h-10 cursor-pointer items-start gap-2.5 py-1.5">
					<input
						type={poll.multiple ? "checkbox" : "radio"}
						name={name}
						checked={chosen.includes(place)}
						tabIndex={tabIndex}
						onChange={(e) => choose(place, e.target.checked)}
						className="mt-1 size-4 shrink-0 accent-accent"
					/>
					<Standing option={option} tally={tally} place={place} />
				</label>
			))}
		</fieldset>
	);
}

/** A poll that takes no votes any more: a list, in which one's own choices are marked. */
function Result({ poll, tally, mine }: { poll: Poll; tally: Tally; mine: number[] }) {
	const { t } = useTranslation();
	return (
		<ul className="flex flex-col">
			{poll.options.map((option, place) => (
				<li key={option} className="flex min-h-10 items-start gap-2.5 py-1.5">
					<span className="mt-1 flex size-4 shrink-0 justify-center">
						{mine.includes(place) && (
							<>
								<Check size={16} className="text-accent" aria-hidden="true" />
								<span className="sr-only">{t("polls.mine")}</span>
							</>
						)}
					</span>
					<Standing option={option} tally={tally} place={place} />
				</li>
			))}
		</ul>
	);
}

/** An option, how many chose it, and its part of all who voted as a bar. */
function Standing({ option, tally, place }: { option: string; tally: Tally; place: number }) {
	const { t } = useTranslation();
	const count = tally.counts[place] ?? 0;
	const part = tally.voters ? (100 * count) / tally.voters : 0;
	return (
		<span className="min-w-0 flex-1">
			<span className="flex items-baseline justify-between gap-3">
				<span dir="auto" className="min-w-0 break-words">
					{option}
				</span>
				<span className="shrink-0 text-sm font-semibold tabular-nums" aria-hidden="true">
					{count}
				</span>
			</span>
			<span className="sr-only"> {t("polls.votes", { count })}</span>
			<span aria-hidden="true" className="mt-1 block h-1.5 overflow-hidden rounded-full bg-line">
				<span
					data-bar=""
					className="block h-full rounded-full bg-accent transition-[width] duration-150"
					style={{ width: `${part}%` }}
				/>
			</span>
		</span>
	);
}

/** How many voted and, in groups, who; until when, or that it is over. */
function Foot({
	item,
	poll,
	tally,
	over,
	tabIndex,
}: {
	item: Item;
	poll: Poll;
	tally: Tally;
	over: boolean;
	tabIndex: number;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { room } = useConversation();
	const [open, setOpen] = useState(false);
	const voters = t("polls.voters", { count: tally.voters });
	return (
		<div className="flex flex-wrap items-center gap-x-2 gap-y-1 pt-1 text-sm">
			{over && (
				<span className="inline-flex items-center gap-1 font-semibold">
					<Lock size={13} aria-hidden="true" />
					{t("polls.closed")}
				</span>
			)}
			{room.kind === "group" && tally.voters > 0 ? (
				<button
					type="button"
					tabIndex={tabIndex}
					aria-label={`${voters}: ${t("polls.who")}`}
					onClick={() => setOpen(true)}
					className="min-h-6 rounded-s font-semibold text-accent hover:underline"
				>
					{voters}
				</button>
			) : (
				<span>{voters}</span>
			)}
			{!over && poll.multiple && <span>{t("polls.several")}</span>}
			{!over && poll.closes_at && (
				<span>{t("polls.closesAt", { when: moment(poll.closes_at, locale) })}</span>
			)}
			{open && <VotesDialog item={item} poll={poll} tally={tally} onClose={() => setOpen(false)} />}
		</div>
	);
}
