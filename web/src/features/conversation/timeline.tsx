import { ArrowDown, Hand } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Virtualizer } from "virtua";
import { ApiError, type Id, type Item, type Room, type Window } from "@/sdk";
import { Spinner } from "@/ui/button";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { toast } from "@/ui/toast";
import { useFolds } from "../blocked/use-blocked";
import { PinsBar } from "../pins/pins-bar";
import { Announcer } from "./announcer";
import { ConversationContext, type ConversationModel } from "./context";
import { RowView } from "./row-view";
import { useScroll } from "./use-scroll";
import type { useTimeline } from "./use-timeline";

interface TimelineProps {
	room: Room;
	timeline: ReturnType<typeof useTimeline>;
	/** The message whose thread it is; absent: the main timeline. */
	thread?: Id;
	model: Omit<ConversationModel, "current" | "items" | "foldOf">;
}

/** The messages of a room or of a thread, and the way through them. */
export function Timeline({ room, timeline, thread, model }: TimelineProps) {
	const { window } = timeline;
	const { t } = useTranslation();
	const { foldOf, pending } = useFolds(room);
	if (window?.status === "failed" && window.items.length === 0)
		return <Failed cause={window.problem ? new ApiError(window.problem) : null} onRetry={timeline.reload} />;
	if (!window || pending || (window.status === "loading" && window.items.length === 0))
		return <SkeletonRows count={5} />;
	if (timeline.rows.length === 0) {
		return (
			<Empty icon={Hand} title={t("conversation.empty")}>
				{t("conversation.emptyHint")}
			</Empty>
		);
	}
	return <Log key={window.snapshots} {...timeline} {...{ window, room, thread, model, foldOf }} />;
}

type LogProps = ReturnType<typeof useTimeline> &
	Omit<TimelineProps, "timeline"> &
	Pick<ConversationModel, "foldOf"> & { window: Window };

/** One snapshot and what followed it. A jump takes another snapshot, and so another log, which begins where one goes. */
function Log({ rows, window, room, thread, foldOf, model, ...moves }: LogProps) {
	const { t } = useTranslation();
	const { loadBefore, loadAfter, jump, toEnd, seen } = moves;
	const { items, anchor, has_after: hasAfter } = window;
	const scroller = useRef<HTMLDivElement>(null);
	const scroll = useScroll({
		rows,
		head: hasAfter ? 0 : headOf(window, thread),
		hasBefore: window.has_before,
		hasAfter,
		anchor,
		onTop: loadBefore,
		onBottom: loadAfter,
		onSeen: seen,
	});
	const [focused, setFocused] = useState<string | null>(null);
	const [jumping, setJumping] = useState(false);
	const [revealed, setRevealed] = useState(typeof anchor === "number" ? anchor : undefined);
	const newest = rows.findLast((r) => r.kind === "message")?.key ?? null;
	const current = rows.some((r) => r.key === focused) ? focused : newest;
	useEffect(() => {
		if (revealed !== undefined) focusSoon(scroller, revealed);
	}, [revealed]);
	async function reveal(item: Item) {
		const index = rows.findIndex((r) => "item" in r && r.item.id === item.id);
		if (index < 0) {
			if (item.body.thread !== thread) return model.goTo?.(item);
			setJumping(true);
			// Where it succeeds, another log stands in this one's place.
			if (!(await jump(item.seq))) toast(t("message.unreachable"));
			return setJumping(false);
		}
		scroll.list.current?.scrollToIndex(index, { align: "center" });
		setRevealed(item.seq);
		focusSoon(scroller, item.seq);
	}
	return (
		<>
			{!thread && <PinsBar room={room} nameOf={model.nameOf} reveal={(item) => void reveal(item)} />}
			<div className="relative min-h-0 flex-1">
				<div
					ref={scroller}
					role="log"
					aria-label={thread ? t("threads.messages") : t("conversation.messages")}
					aria-live="off"
					onKeyDown={walk}
					className="flex h-full flex-col overflow-y-auto overscroll-contain pt-4 pb-2 [overflow-anchor:none]"
				>
					{(window.loadingBefore || jumping) && (
						<div className="absolute inset-x-0 top-2 z-10 flex justify-center text-muted">
							<Spinner />
						</div>
					)}
					{!thread && <div className="grow" />}
					<ConversationContext
						value={{ ...model, foldOf, items, current, focus: setFocused, reveal, revealed }}
					>
						<Virtualizer
							ref={scroll.list}
							scrollRef={scroller}
							shift={scroll.shift}
							bufferSize={600}
							onScroll={scroll.onScroll}
							onResize={scroll.onResize}
						>
							{rows.map((row) => (
								<RowView key={row.key} row={row} />
							))}
						</Virtualizer>
					</ConversationContext>
				</div>
				{scroll.away && (
					<ToEnd
						count={hasAfter ? (thread ? 0 : room.unread) : scroll.missed}
						onClick={hasAfter ? toEnd : scroll.toEnd}
					/>
				)}
				<Announcer items={items} foldOf={foldOf} nameOf={model.nameOf} />
			</div>
		</>
	);
}

/** Up to where one has read who reads to the end: of a thread the last that was said in it. */
const headOf = ({ items, as_of }: Window, thread?: Id) =>
	thread === undefined ? as_of : (items[items.length - 1]?.seq ?? 0);

function ToEnd({ count, onClick }: { count: number; onClick: () => void }) {
	const { t } = useTranslation();
	return (
		<button
			type="button"
			onClick={onClick}
			className="floating absolute end-4 bottom-3 flex min-h-10 items-center gap-2 rounded-full px-4 font-semibold md:end-8"
		>
			<ArrowDown size={18} aria-hidden="true" />
			{count > 0 ? t("conversation.newMessages", { count }) : t("conversation.toEnd")}
		</button>
	);
}

const FRAMES = 30;

/** Puts the focus on a message as soon as scrolling has brought it into the page. */
function focusSoon(log: RefObject<HTMLElement | null>, seq: number, frames = FRAMES): void {
	const found = log.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
	if (found) found.focus({ preventScroll: true });
	else if (frames > 0) requestAnimationFrame(() => focusSoon(log, seq, frames - 1));
}

/** Arrow keys step from message to message. */
function walk(event: KeyboardEvent<HTMLElement>): void {
	if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
	// Within a poll they step from option to option.
	if (event.target instanceof HTMLInputElement) return;
	const here = (event.target as HTMLElement).closest<HTMLElement>("[data-message]");
	if (!here || event.target !== here) return;
	const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-message]")];
	const next = all[all.indexOf(here) + (event.key === "ArrowUp" ? -1 : 1)];
	if (!next) return;
	event.preventDefault();
	next.focus();
}
