import { Forward, Pin, Star, Timer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale, useMe } from "@/app/hooks";
import { clock, moment } from "@/i18n/time";
import type { Item } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { cx } from "@/ui/cx";
import { FoldAgain } from "../blocked/folded-message";
import { Corrections } from "../corrections/corrections";
import { EVERYONE } from "../mentions/mentions";
import type { Names } from "../mentions/named-text";
import { PollView } from "../polls/poll-view";
import { LinkPreview } from "../previews/link-preview";
import { ThreadButton } from "../threads/thread-button";
import { VersionsDialog } from "../versions/versions-dialog";
import { Bubble, bubbleMeta, bubbleRow, bubbleWidth } from "./bubble";
import { BubbleText } from "./bubble-text";
import { useConversation } from "./context";
import { goneWords } from "./gone";
import { MessageMenu } from "./message-menu";
import { Quote } from "./quote";
import { Reactions } from "./reactions";
import type { Row } from "./rows";
import { FateIcon, useFate } from "./ticks";

/** A message that is in the timeline. */
export function Message({ row }: { row: Extract<Row, { kind: "message" }> }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { room, nameOf, person, current, focus, revealed, foldOf } = useConversation();
	const { item, own, first, last } = row;
	const reached = useFate(room.id, item.seq);
	// Who read the conversation that far did not need to read its threads.
	const fate = item.body.thread && reached === "read" ? "delivered" : reached;
	const group = room.kind === "group" && !own;
	// A request is looked at without a trace: a page that is fetched for it would be one.
	const asked = room.pending != null && !room.pending.by_me;
	const reachable = current === row.key;
	const me = useMe().id;
	const named = !own && (item.body.mentions_all || item.body.mentions?.includes(me));
	return (
		<article
			data-message=""
			data-id={item.id}
			data-seq={item.seq}
			data-fate={own ? fate : undefined}
			aria-label={t("message.label", {
				name: own ? t("message.you") : nameOf(item.sender_id),
				time: clock(item.at, locale),
			})}
			tabIndex={reachable ? 0 : -1}
			onFocus={() => focus?.(row.key)}
			data-named={named || undefined}
			className={cx(
				bubbleRow(own, first),
				"rounded-m -outline-offset-2",
				revealed === item.seq && "animate-[flash_1.6s_ease-out]",
			)}
		>
			{group && (
				<span className="w-8 shrink-0">
					{last && (
						<Avatar
							size="s"
							id={item.sender_id}
							name={nameOf(item.sender_id)}
							picture={person(item.sender_id)?.avatar}
						/>
					)}
				</span>
			)}
			<div className={cx(bubbleWidth, own ? "items-end" : "items-start")}>
				{foldOf(item) === "shown" && <FoldAgain item={item} tabIndex={reachable ? 0 : -1} />}
				<Bubble own={own} first={first}>
					{group && first && <p className="text-sm font-semibold text-accent">{nameOf(item.sender_id)}</p>}
					{item.body.forwarded && (
						<p className="flex items-center gap-1 text-sm text-muted italic">
							<Forward size={14} className="rtl:-scale-x-100" aria-hidden="true" />
							{t("forward.label")}
						</p>
					)}
					{item.body.reply_to && <Quote id={item.body.reply_to} tabIndex={reachable ? 0 : -1} />}
					<div dir="auto">
						{named && <span className="sr-only">{t("mentions.you")}</span>}
						<Words item={item} /> <Meta item={item}>{own && !item.redacted && <FateIcon fate={fate} />}</Meta>
					</div>
					{item.body.poll && item.tally && (
						<PollView item={item} poll={item.body.poll} tally={item.tally} tabIndex={reachable ? 0 : -1} />
					)}
					{!item.redacted && !asked && <LinkPreview text={item.body.text ?? ""} />}
				</Bubble>
				<Reactions item={item} />
				<Corrections item={item} own={own} tabIndex={reachable ? 0 : -1} />
				<ThreadButton item={item} tabIndex={reachable ? 0 : -1} />
			</div>
			{!item.redacted && <MessageMenu item={item} own={own} tabIndex={reachable ? 0 : -1} />}
		</article>
	);
}

function Words({ item }: { item: Item }) {
	const { t } = useTranslation();
	const names = useNames(item);
	if (item.redacted) return <p className="inline italic opacity-85">{goneWords(item, t)}</p>;
	return <BubbleText text={item.body.text ?? ""} names={names} />;
}

/** The names that stand out in a message: of those whom it names. */
function useNames({ body }: Item): Names {
	const { person } = useConversation();
	const mine = useMe().username;
	const named = (body.mentions ?? []).flatMap((id) => person(id)?.username ?? []);
	return { all: body.mentions_all ? [...named, EVERYONE] : named, mine };
}

/** Says that a message was edited, and shows what it said before. */
function Edited({ item, at }: { item: Item; at: string }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { room, current } = useConversation();
	const [open, setOpen] = useState(false);
	return (
		<>
			<button
				type="button"
				dir="auto"
				title={moment(at, locale)}
				aria-label={t("versions.open")}
				tabIndex={current === (item.client_id ?? item.id) ? 0 : -1}
				onClick={() => setOpen(true)}
				className="rounded-s hover:underline"
			>
				{t("message.edited")}
			</button>
			{open && <VersionsDialog roomId={room.id} item={item} onClose={() => setOpen(false)} />}
		</>
	);
}

function Meta({ item, children }: { item: Item; children: React.ReactNode }) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<p className={bubbleMeta}>
			{item.pinned && (
				<span title={t("pins.pinned")}>
					<Pin size={12} aria-hidden="true" />
					<span className="sr-only">{t("pins.pinned")}</span>
				</span>
			)}
			{item.starred && (
				<span data-starred="">
					<Star size={12} className="fill-current" aria-hidden="true" />
					<span className="sr-only">{t("message.starred")}</span>
				</span>
			)}
			{item.body.expires_at && !item.redacted && (
				<span title={t("message.expires", { when: moment(item.body.expires_at, locale) })}>
					<Timer size={12} aria-hidden="true" />
					<span className="sr-only">
						{t("message.expires", { when: moment(item.body.expires_at, locale) })}
					</span>
				</span>
			)}
			{item.edited_at && <Edited item={item} at={item.edited_at} />}
			<time dir="auto" dateTime={item.at} title={moment(item.at, locale)}>
				{clock(item.at, locale)}
			</time>
			{children}
		</p>
	);
}
