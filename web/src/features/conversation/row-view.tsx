import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { dayName } from "@/i18n/time";
import type { Item } from "@/sdk";
import { cx } from "@/ui/cx";
import { FoldedMessage } from "../blocked/folded-message";
import { useConversation } from "./context";
import { lineWords } from "./line-words";
import { Linkified } from "./linkify";
import { Message } from "./message";
import { OutgoingMessage } from "./outgoing-message";
import type { Row } from "./rows";

/** One row of the timeline. */
export function RowView({ row }: { row: Row }) {
	const { t } = useTranslation();
	switch (row.kind) {
		case "message":
			return <Foldable row={row} />;
		case "outgoing":
			return <OutgoingMessage message={row.message} first={row.first} />;
		case "day":
			return <Day at={row.at} />;
		case "unread":
			return <Divider accent>{t("conversation.unread")}</Divider>;
		case "replies":
			return <Divider>{t("threads.replies", { count: row.count })}</Divider>;
		case "line":
			return <Line item={row.item} />;
	}
}

/** A message, or that there is one of somebody whom the reader blocks. */
function Foldable({ row }: { row: Extract<Row, { kind: "message" }> }) {
	const { foldOf } = useConversation();
	return foldOf(row.item) === "folded" ? (
		<FoldedMessage rowKey={row.key} item={row.item} />
	) : (
		<Message row={row} />
	);
}

function Day({ at }: { at: string }) {
	const locale = useLocale();
	return (
		<div className="flex justify-center py-3">
			<time
				dateTime={at.slice(0, 10)}
				className="rounded-full bg-sunken px-3 py-0.5 text-xs font-semibold text-muted"
			>
				{dayName(at, locale)}
			</time>
		</div>
	);
}

function Divider({ accent, children }: { accent?: boolean; children: string }) {
	const line = <span className={cx("h-px flex-1", accent ? "bg-accent opacity-40" : "bg-line")} />;
	return (
		<div
			className={cx(
				"mx-auto flex max-w-3xl items-center gap-3 px-4 py-3 text-xs font-semibold",
				accent ? "text-accent" : "text-muted",
			)}
		>
			{line}
			{children}
			{line}
		</div>
	);
}

/** What the host says in its own name. */
function Notice({ item }: { item: Item }) {
	const { t } = useTranslation();
	return (
		<div data-seq={item.seq} className="flex justify-center px-8 py-2">
			<p
				data-notice=""
				dir="auto"
				className="max-w-xl rounded-m bg-sunken px-4 py-2 text-center text-sm break-words whitespace-pre-wrap"
			>
				{item.redacted ? t("message.deleted") : <Linkified text={item.body.text ?? ""} />}
			</p>
		</div>
	);
}

/** What happened to the room itself, told in one line. */
function Line({ item }: { item: Item }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { nameOf } = useConversation();
	if (item.kind === "message") return <Notice item={item} />;
	return (
		<p data-seq={item.seq} className="px-8 py-1.5 text-center text-sm text-muted">
			{lineWords(item, { t, nameOf, locale })}
		</p>
	);
}
