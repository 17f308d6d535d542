import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { briefOf, type Item, type Person, type PersonsVote, type Poll, type Tally } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed, SkeletonRows } from "@/ui/states";
import { useConversation } from "../conversation/context";

/** People whose votes are shown at most; the counts are of all. */
const SHOWN = 1_000;

/** Who chose what, option by option. */
export function VotesDialog({
	item,
	poll,
	tally,
	onClose,
}: {
	item: Item;
	poll: Poll;
	tally: Tally;
	onClose: () => void;
}) {
	const { t } = useTranslation();
	const { room } = useConversation();
	const query = useQuery({
		queryKey: keys.votes(room.id, item.id, `${tally.voters}:${tally.counts}`),
		queryFn: () => readVotes(room.id, item.id),
		placeholderData: (before) => before,
		staleTime: 0,
	});
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("polls.who")}
			description={<span dir="auto">{item.body.text}</span>}
			actions={<Button onClick={onClose}>{t("common.close")}</Button>}
		>
			{query.isPending && <SkeletonRows count={3} />}
			{query.isError && <Failed cause={query.error} onRetry={() => void query.refetch()} />}
			{query.data &&
				poll.options.map((option, place) => (
					<section key={option} aria-label={option} className="flex flex-col gap-2">
						<h3 className="flex justify-between gap-3 text-sm font-semibold">
							<span dir="auto" className="min-w-0 break-words">
								{option}
							</span>
							<span className="shrink-0 text-muted">
								{t("polls.votes", { count: tally.counts[place] ?? 0 })}
							</span>
						</h3>
						<People
							people={query.data.filter((vote) => vote.choices.includes(place)).map((vote) => vote.user)}
						/>
					</section>
				))}
		</Dialog>
	);
}

function People({ people }: { people: Person[] }) {
	const { t } = useTranslation();
	if (people.length === 0) return <p className="text-sm text-muted">{t("polls.nobody")}</p>;
	return (
		<ul className="flex flex-col gap-2">
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

async function readVotes(room: string, id: string): Promise<PersonsVote[]> {
	const votes: PersonsVote[] = [];
	let cursor: string | undefined;
	do {
		const page = await api.timeline.votes(room, id, cursor);
		votes.push(...page.items);
		cursor = page.next_cursor ?? undefined;
	} while (cursor && votes.length < SHOWN);
	return votes;
}
