import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale, useMe } from "@/app/hooks";
import { keys } from "@/app/queries";
import { directionOf } from "@/i18n";
import { Failed, SkeletonRows } from "@/ui/states";
import { type Emoji, find, GROUPS, inTone, loadEmoji, TONES, type Tone } from "./emoji";
import { EmojiGrid, type Shelf } from "./emoji-grid";
import { GroupTabs, useShownGroup } from "./group-tabs";
import { keepRecent, keepTone, recentOf, toneOf } from "./kept";
import { type Place, step } from "./steps";
import { ToneChoice } from "./tone-choice";

/** Emoji by group, found by their names, those used last before the others. */
export default function EmojiPicker({ onPick }: { onPick: (sign: string) => void }) {
	const locale = useLocale();
	const query = useQuery({
		queryKey: keys.emoji(locale),
		queryFn: () => loadEmoji(locale),
		staleTime: Number.POSITIVE_INFINITY,
	});
	if (query.isError) return <Failed cause={query.error} onRetry={() => void query.refetch()} />;
	if (!query.data) return <SkeletonRows count={4} />;
	return <Picker groups={query.data} onPick={onPick} />;
}

function Picker({ groups, onPick }: { groups: Emoji[][]; onPick: (sign: string) => void }) {
	const { t } = useTranslation();
	const me = useMe().id;
	const [asked, setAsked] = useState("");
	const [tone, setTone] = useState(() => toneOf(me));
	const [pointed, setPointed] = useState<Emoji | null>(null);
	const shelves = useShelves(groups, asked, me);
	const input = useRef<HTMLInputElement>(null);
	const grid = useRef<HTMLDivElement>(null);
	const rove = useRoving(shelves, grid, input);
	const shown = useShownGroup(grid, shelves);
	// On touch the keyboard would cover what one came for.
	useEffect(() => {
		if (matchMedia("(pointer: fine)").matches) input.current?.focus();
	}, []);

	function pick(emoji: Emoji) {
		const sign = inTone(emoji, tone);
		keepRecent(me, sign);
		onPick(sign);
	}
	function onKeyDown(event: KeyboardEvent) {
		if (event.nativeEvent.isComposing) return;
		const first = shelves[0]?.emoji[0];
		if (event.key === "ArrowDown") {
			event.preventDefault();
			rove.enter();
		} else if (event.key === "Enter" && asked.trim() && first) pick(first);
	}
	const found = shelves.reduce((sum, shelf) => sum + shelf.emoji.length, 0);
	return (
		<div className="flex min-h-0 flex-col gap-2">
			<label className="with-sign block">
				<span className="sr-only">{t("emoji.search")}</span>
				<Search
					size={17}
					aria-hidden="true"
					className="pointer-events-none absolute inset-y-0 start-3 my-auto text-muted"
				/>
				<input
					ref={input}
					type="search"
					dir="auto"
					value={asked}
					maxLength={60}
					placeholder={t("emoji.search")}
					onChange={(event) => setAsked(event.target.value)}
					onKeyDown={onKeyDown}
					className="control"
				/>
			</label>
			{!asked.trim() && <GroupTabs shelves={shelves} shown={shown.key} onGo={shown.goTo} />}
			<p role="status" className="sr-only">
				{asked.trim() ? t("emoji.found", { count: found }) : ""}
			</p>
			<EmojiGrid
				ref={grid}
				tall={asked.trim() !== ""}
				shelves={shelves}
				tone={tone}
				current={rove.current}
				onFocus={rove.focus}
				onKey={rove.onKey}
				onScroll={shown.onScroll}
				onPick={pick}
				onPoint={setPointed}
			/>
			<div className="flex min-h-9 items-center gap-2">
				<p aria-hidden="true" className="min-w-0 flex-1 truncate text-sm text-muted" dir="auto">
					{pointed?.name}
				</p>
				<ToneChoice
					tone={tone}
					onChange={(next: Tone | null) => {
						setTone(next);
						keepTone(me, next);
					}}
				/>
			</div>
		</div>
	);
}

/** What stands in the grid: what was found, or all groups after what was used last. */
function useShelves(groups: Emoji[][], asked: string, me: string): Shelf[] {
	// What one chooses now is offered first the next time.
	const [recent] = useState(() => recentOf(me));
	return useMemo(() => {
		if (asked.trim()) return [{ key: "found" as const, emoji: find(groups, asked) }];
		const known = new Map(groups.flat().flatMap((emoji) => variantsOf(emoji)));
		const last = recent.flatMap((sign) => known.get(sign) ?? []);
		const all = GROUPS.map((key, at) => ({ key, emoji: groups[at] ?? [] }));
		return last.length ? [{ key: "recent" as const, emoji: last }, ...all] : all;
	}, [groups, asked, recent]);
}

/** Each look of an emoji, as one that stays as it is. */
const variantsOf = (emoji: Emoji): [string, Emoji][] =>
	(emoji.toned ? [null, ...TONES] : [null]).map((tone) => {
		const sign = inTone(emoji, tone);
		return [sign, { ...emoji, sign, toned: false }];
	});

/** One emoji at a time can be reached by Tab; arrows lead to the others. */
function useRoving(
	shelves: Shelf[],
	grid: React.RefObject<HTMLDivElement | null>,
	input: React.RefObject<HTMLInputElement | null>,
) {
	const locale = useLocale();
	const [wanted, setWanted] = useState<Place>({ group: 0, index: 0 });
	const there = shelves[wanted.group]?.emoji[wanted.index] !== undefined;
	const current = there ? wanted : { group: 0, index: 0 };
	function go(place: Place) {
		setWanted(place);
		const found = grid.current?.querySelector<HTMLElement>(`[data-place="${place.group}-${place.index}"]`);
		found?.focus({ preventScroll: true });
		found?.scrollIntoView({ block: "nearest" });
	}
	function onKey(event: KeyboardEvent) {
		const way = wayOf(event.key, directionOf(locale) === "rtl");
		if (!way) return;
		event.preventDefault();
		const sizes = shelves.map((shelf) => shelf.emoji.length);
		const next = step(sizes, current, way);
		if (next) go(next);
		else input.current?.focus();
	}
	return { current, focus: setWanted, enter: () => go(current), onKey };
}

function wayOf(key: string, mirrored: boolean): string | undefined {
	if (key === "ArrowDown") return "down";
	if (key === "ArrowUp") return "up";
	if (key === "ArrowRight") return mirrored ? "before" : "next";
	if (key === "ArrowLeft") return mirrored ? "next" : "before";
	return undefined;
}
