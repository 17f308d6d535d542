import { ArrowLeft, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type Id, type Item, placeOf, type Room } from "@/sdk";
import { IconButton } from "@/ui/button";
import { SkeletonRows } from "@/ui/states";
import { Composer } from "../conversation/composer";
import { SilenceBar } from "../conversation/silence-bar";
import { Timeline } from "../conversation/timeline";
import { useComposer } from "../conversation/use-composer";
import { usePeople } from "../conversation/use-names";
import { useItem } from "../conversation/use-quoted";
import { useTimeline } from "../conversation/use-timeline";
import { mayWrite } from "../groups/ranks";
import { useThreads } from "./use-threads";

export interface ThreadPanelProps {
	room: Room;
	root: Id;
	/** There is room beside the timeline; else it lies over it. */
	beside: boolean;
	onClose: () => void;
	/** Goes to a message that stands elsewhere. */
	goTo: (item: Item) => void;
}

/** What is said beneath a message, and where one answers there. */
export function ThreadPanel({ room, root, beside, onClose, goTo }: ThreadPanelProps) {
	const { t } = useTranslation();
	const { person, nameOf, members } = usePeople(room, placeOf(room.id, root));
	const heading = useRef<HTMLHeadingElement>(null);
	// Where one writes by keyboard the field takes the focus after it.
	useEffect(() => heading.current?.focus({ preventScroll: true }), []);
	const { item: first, pending } = useItem(room.id, root);
	const readSeq = useThreads(room.id).threads.find((thread) => thread.root.id === root)?.read_seq;
	const composer = useComposer(room, members, { thread: root });
	const timeline = useTimeline(room, { beneath: { root, first, readSeq } });
	function onKeyDown(event: KeyboardEvent<HTMLElement>) {
		// What floats over the thread closes itself.
		if (event.key !== "Escape" || event.defaultPrevented) return;
		if (event.currentTarget.contains(event.target as Node)) onClose();
	}
	return (
		<section
			aria-label={t("threads.title")}
			data-thread={root}
			onKeyDown={onKeyDown}
			className={
				beside
					? "flex min-h-0 w-[clamp(20rem,42%,28rem)] shrink-0 flex-col border-s border-line"
					: "absolute inset-0 z-20 flex flex-col bg-canvas"
			}
		>
			<header className="flex min-h-16 shrink-0 items-center gap-2 border-b border-line bg-surface px-3">
				{!beside && (
					<IconButton label={t("common.back")} onClick={onClose}>
						<ArrowLeft size={20} className="rtl:-scale-x-100" aria-hidden="true" />
					</IconButton>
				)}
				<div className={beside ? "min-w-0 flex-1 ps-2" : "min-w-0 flex-1"}>
					<h2 ref={heading} tabIndex={-1} className="truncate text-base leading-5">
						{t("threads.title")}
					</h2>
					{first && <p className="truncate text-sm text-muted">{nameOf(first.sender_id)}</p>}
				</div>
				{beside && (
					<IconButton label={t("threads.close")} onClick={onClose}>
						<X size={20} aria-hidden="true" />
					</IconButton>
				)}
			</header>
			{/* What comes before the rest must not come after it: where one begins to read would move. */}
			{pending ? (
				<SkeletonRows count={5} />
			) : (
				<Timeline
					room={room}
					timeline={timeline}
					thread={root}
					model={{
						room,
						person,
						nameOf,
						goTo,
						onReply: (item) => composer.begin({ kind: "reply", item }),
						onEdit: (item) => composer.begin({ kind: "edit", item }),
					}}
				/>
			)}
			{!pending && <Answer room={room} first={first} composer={composer} nameOf={nameOf} />}
		</section>
	);
}

/** Where one answers, if one may: not beneath what is gone. */
function Answer({
	room,
	first,
	composer,
	nameOf,
}: {
	room: Room;
	first: Item | undefined;
	composer: ReturnType<typeof useComposer>;
	nameOf: (id: Id) => string;
}) {
	const { t } = useTranslation();
	const { pending } = room;
	if (!mayWrite(room)) return <SilenceBar room={room} />;
	if (pending && !(pending.by_me && pending.messages_left > 0)) return null;
	// Without its first message it began before one came: one reads along.
	if (!first || first.redacted)
		return (
			<p className="shrink-0 border-t border-line px-6 py-4 text-center text-sm text-balance text-muted">
				{first ? t("threads.over") : t("threads.before")}
			</p>
		);
	return <Composer model={composer} nameOf={nameOf} />;
}
