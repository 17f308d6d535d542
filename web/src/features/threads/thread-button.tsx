import { MessagesSquare } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { moment, shortTime } from "@/i18n/time";
import type { Item } from "@/sdk";
import { useConversation } from "../conversation/context";

/** Below a message that was answered in a thread: how much was said there and when last, and the way there. */
export function ThreadButton({ item, tabIndex }: { item: Item; tabIndex: number }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { onThread, unreadThreads } = useConversation();
	if (!item.thread || !onThread) return null;
	const { replies, last_at } = item.thread;
	const unread = unreadThreads?.has(item.id) ?? false;
	return (
		<button
			type="button"
			data-replies=""
			tabIndex={tabIndex}
			onClick={() => onThread(item.id)}
			className="mt-0.5 inline-flex min-h-8 items-center gap-1.5 rounded-m px-2 text-sm hover:bg-sunken"
		>
			<MessagesSquare size={15} className="shrink-0 text-accent" aria-hidden="true" />
			<span className="font-semibold text-accent">{t("threads.replies", { count: replies })}</span>
			<time dateTime={last_at} title={moment(last_at, locale)} className="text-xs text-muted">
				{shortTime(last_at, locale)}
			</time>
			{unread && (
				<span className="size-2 shrink-0 rounded-full bg-accent">
					<span className="sr-only">{t("threads.news")}</span>
				</span>
			)}
		</button>
	);
}
