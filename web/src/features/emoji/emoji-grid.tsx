import { type KeyboardEvent, memo, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/ui/cx";
import { type Emoji, type GroupKey, inTone, type Tone } from "./emoji";
import { COLUMNS, type Place } from "./steps";

/** Emoji under one heading. */
export interface Shelf {
	key: GroupKey | "recent" | "found";
	emoji: Emoji[];
}

/** The height of a line and of a heading, in rem: what is out of sight takes its room without being laid out. */
const LINE = 2.5;
const HEADING = 2;

interface GridProps {
	ref: Ref<HTMLDivElement>;
	/** In the room of the categories, too: the dialog stays as high as it was. */
	tall: boolean;
	shelves: Shelf[];
	tone: Tone | null;
	current: Place;
	onFocus: (place: Place) => void;
	onKey: (event: KeyboardEvent) => void;
	onScroll: () => void;
	onPick: (emoji: Emoji) => void;
	onPoint: (emoji: Emoji) => void;
}

export function EmojiGrid({ ref, tall, shelves, tone, current, onKey, onScroll, ...acts }: GridProps) {
	const { t } = useTranslation();
	const none = shelves.every((shelf) => shelf.emoji.length === 0);
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons in it.
		<div
			ref={ref}
			onKeyDown={onKey}
			onScroll={onScroll}
			className={cx(
				"relative overflow-y-auto overscroll-contain rounded-m border border-line bg-canvas p-1",
				tall ? "h-[calc(min(20rem,45dvh)+2.75rem)]" : "h-[min(20rem,45dvh)]",
			)}
		>
			{none && <p className="p-8 text-center text-muted">{t("emoji.none")}</p>}
			{shelves.map(
				(shelf, group) =>
					shelf.emoji.length > 0 && (
						<Group
							key={shelf.key}
							shelf={shelf}
							group={group}
							tone={tone}
							current={current.group === group ? current.index : -1}
							{...acts}
						/>
					),
			)}
		</div>
	);
}

type GroupProps = Pick<GridProps, "tone" | "onFocus" | "onPick" | "onPoint"> & {
	shelf: Shelf;
	group: number;
	current: number;
};

const Group = memo(function Group({ shelf, group, tone, current, onFocus, onPick, onPoint }: GroupProps) {
	const { t } = useTranslation();
	const name = shelf.key === "found" ? t("emoji.results") : t(`emoji.groups.${shelf.key}`);
	const height = Math.ceil(shelf.emoji.length / COLUMNS) * LINE + HEADING;
	return (
		<section
			aria-label={name}
			data-shelf={shelf.key}
			className="[content-visibility:auto]"
			style={{ containIntrinsicSize: `auto ${height}rem` }}
		>
			<p aria-hidden="true" className="flex h-8 items-center px-1.5 text-xs font-semibold text-muted">
				{name}
			</p>
			<div className="grid grid-cols-8">
				{shelf.emoji.map((emoji, index) => (
					<button
						key={emoji.sign}
						type="button"
						data-place={`${group}-${index}`}
						aria-label={emoji.name}
						title={emoji.name}
						tabIndex={current === index ? 0 : -1}
						onFocus={() => {
							onFocus({ group, index });
							onPoint(emoji);
						}}
						onPointerEnter={() => onPoint(emoji)}
						onClick={() => onPick(emoji)}
						className="flex h-10 items-center justify-center rounded-s text-[1.375rem] leading-none -outline-offset-2 hover:bg-sunken focus-visible:bg-sunken"
					>
						{inTone(emoji, tone)}
					</button>
				))}
			</div>
		</section>
	);
});
