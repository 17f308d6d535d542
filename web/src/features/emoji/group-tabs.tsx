import {
	Clock,
	Flag,
	Hash,
	Lightbulb,
	type LucideIcon,
	PawPrint,
	Plane,
	Smile,
	Trophy,
	UserRound,
	Utensils,
} from "lucide-react";
import { type RefObject, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import type { GroupKey } from "./emoji";
import type { Shelf } from "./emoji-grid";

const ICONS: Record<GroupKey | "recent", LucideIcon> = {
	recent: Clock,
	smileys: Smile,
	people: UserRound,
	nature: PawPrint,
	food: Utensils,
	travel: Plane,
	activities: Trophy,
	objects: Lightbulb,
	symbols: Hash,
	flags: Flag,
};

/** The way to each group; which one is in view is marked. */
export function GroupTabs({
	shelves,
	shown,
	onGo,
}: {
	shelves: Shelf[];
	shown: Shelf["key"] | undefined;
	onGo: (key: Shelf["key"]) => void;
}) {
	const { t } = useTranslation();
	return (
		<nav aria-label={t("emoji.categories")} className="flex">
			{shelves.map(({ key }) => {
				if (key === "found") return null;
				const Icon = ICONS[key];
				const name = t(`emoji.groups.${key}`);
				return (
					<button
						key={key}
						type="button"
						aria-label={name}
						title={name}
						aria-current={shown === key || undefined}
						onClick={() => onGo(key)}
						className={cx(
							"flex h-9 flex-1 items-center justify-center rounded-t-s border-b-2",
							shown === key ? "border-accent text-accent" : "border-transparent text-muted hover:text-ink",
						)}
					>
						<Icon size={18} aria-hidden="true" />
					</button>
				);
			})}
		</nav>
	);
}

/** Which group is at the top of the grid, and the way to another one. */
export function useShownGroup(grid: RefObject<HTMLDivElement | null>, shelves: Shelf[]) {
	const [scrolled, setScrolled] = useState<Shelf["key"] | undefined>();
	const sections = useCallback(
		() => [...(grid.current?.querySelectorAll<HTMLElement>("[data-shelf]") ?? [])],
		[grid],
	);
	const onScroll = useCallback(() => {
		const top = (grid.current?.scrollTop ?? 0) + 24;
		const under = sections().findLast((section) => section.offsetTop <= top);
		setScrolled(under?.dataset.shelf as Shelf["key"] | undefined);
	}, [grid, sections]);
	const goTo = useCallback(
		(key: Shelf["key"]) => {
			const section = sections().find((s) => s.dataset.shelf === key);
			if (section) grid.current?.scrollTo({ top: section.offsetTop - 4 });
		},
		[grid, sections],
	);
	const key = shelves.some((shelf) => shelf.key === scrolled) ? scrolled : shelves[0]?.key;
	return { key, onScroll, goTo };
}
