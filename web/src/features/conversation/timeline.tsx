import { ArrowDown, Hand } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Virtualizer } from "virtua";
import { ApiError, type Item, type Room } from "@/sdk";
import { Spinner } from "@/ui/button";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { Announcer } from "./announcer";
import { ConversationContext, type ConversationModel } from "./context";
import { RowView } from "./row-view";
import { useScroll } from "./use-scroll";
import { useTimeline } from "./use-timeline";

/** The messages of a room, and the way through them. */
export function Timeline({
	room,
	model,
}: {
	room: Room;
	model: Omit<ConversationModel, "current" | "items">;
}) {
	const timeline = useTimeline(room);
	const { window } = timeline;
	const { t } = useTranslation();
	if (window?.status === "failed" && window.items.length === 0)
		return <Failed cause={window.problem ? new ApiError(window.problem) : null} onRetry={timeline.reload} />;
	if (!window || (window.status === "loading" && window.items.length === 0))
		return <SkeletonRows count={5} />;
	if (timeline.rows.length === 0) {
		return (
			<Empty icon={Hand} title={t("conversation.empty")}>
				{t("conversation.emptyHint")}
			</Empty>
		);
	}
	return (
		<Log
			{...timeline}
			items={window.items}
			head={window.has_after ? 0 : window.as_of}
			hasBefore={window.has_before}
			loadingBefore={window.loadingBefore}
			model={model}
		/>
	);
}

type LogProps = ReturnType<typeof useTimeline> & {
	items: Item[];
	head: number;
	hasBefore: boolean;
	loadingBefore: boolean;
	model: Omit<ConversationModel, "current" | "items">;
};

function Log({ rows, items, head, hasBefore, loadingBefore, loadBefore, seen, model }: LogProps) {
	const { t } = useTranslation();
	const scroller = useRef<HTMLDivElement>(null);
	const { list, shift, away, missed, onScroll, onResize, toEnd } = useScroll({
		rows,
		head,
		hasBefore,
		onTop: loadBefore,
		onSeen: seen,
	});
	const [focused, setFocused] = useState<string | null>(null);
	const newest = rows.findLast((r) => r.kind === "message")?.key ?? null;
	const current = rows.some((r) => r.key === focused) ? focused : newest;
	function reveal(item: Item) {
		const index = rows.findIndex((r) => "item" in r && r.item.id === item.id);
		if (index < 0) return;
		list.current?.scrollToIndex(index, { align: "center" });
		requestAnimationFrame(() =>
			scroller.current
				?.querySelector<HTMLElement>(`[data-seq="${item.seq}"]`)
				?.focus({ preventScroll: true }),
		);
	}
	return (
		<div className="relative min-h-0 flex-1">
			<div
				ref={scroller}
				role="log"
				aria-label={t("conversation.messages")}
				aria-live="off"
				onKeyDown={walk}
				className="flex h-full flex-col overflow-y-auto overscroll-contain pt-4 pb-2 [overflow-anchor:none]"
			>
				{loadingBefore && (
					<div className="absolute inset-x-0 top-2 z-10 flex justify-center text-muted">
						<Spinner />
					</div>
				)}
				<div className="grow" />
				<ConversationContext value={{ ...model, items, current, focus: setFocused, reveal }}>
					<Virtualizer
						ref={list}
						scrollRef={scroller}
						shift={shift}
						bufferSize={600}
						onScroll={onScroll}
						onResize={onResize}
					>
						{rows.map((row) => (
							<RowView key={row.key} row={row} />
						))}
					</Virtualizer>
				</ConversationContext>
			</div>
			{away && (
				<button
					type="button"
					onClick={toEnd}
					className="floating absolute right-4 bottom-3 flex min-h-10 items-center gap-2 rounded-full px-4 font-semibold md:right-8"
				>
					<ArrowDown size={18} aria-hidden="true" />
					{missed > 0 ? t("conversation.newMessages", { count: missed }) : t("conversation.toEnd")}
				</button>
			)}
			<Announcer items={items} nameOf={model.nameOf} />
		</div>
	);
}

/** Arrow keys step from message to message. */
function walk(event: KeyboardEvent<HTMLElement>): void {
	if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
	const here = (event.target as HTMLElement).closest<HTMLElement>("[data-message]");
	if (!here || event.target !== here) return;
	const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-message]")];
	const next = all[all.indexOf(here) + (event.key === "ArrowUp" ? -1 : 1)];
	if (!next) return;
	event.preventDefault();
	next.focus();
}
