import { EyeOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { clock } from "@/i18n/time";
import type { Item } from "@/sdk";
import { bubbleRow } from "../conversation/bubble";
import { useConversation } from "../conversation/context";
import { ThreadButton } from "../threads/thread-button";
import { lookAt } from "./use-blocked";

/** In place of a message of somebody whom the reader blocks: that there is one, and the way to it. */
export function FoldedMessage({ rowKey, item }: { rowKey: string; item: Item }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { current, focus } = useConversation();
	const tabIndex = current === rowKey ? 0 : -1;
	return (
		<article
			data-message=""
			data-id={item.id}
			data-seq={item.seq}
			aria-label={`${t("blocked.message")}, ${clock(item.at, locale)}`}
			tabIndex={tabIndex}
			onFocus={() => focus?.(rowKey)}
			className={`${bubbleRow(false, true)} rounded-m -outline-offset-2`}
		>
			<span className="w-8 shrink-0" />
			<div className="flex min-w-0 flex-col items-start">
				<p className="flex items-center gap-2 rounded-m border border-dashed border-edge px-3 py-1 text-sm text-muted">
					<EyeOff size={15} className="shrink-0" aria-hidden="true" />
					<span className="min-w-0">{t("blocked.message")}</span>
					<button
						type="button"
						tabIndex={tabIndex}
						onClick={() => lookAt(item.id, true)}
						className="min-h-6 shrink-0 rounded-s px-1 font-semibold text-accent hover:underline"
					>
						{t("blocked.show")}
					</button>
				</p>
				<ThreadButton item={item} tabIndex={tabIndex} />
			</div>
		</article>
	);
}

/** Above a message that is shown although its sender is blocked: the way to fold it again. */
export function FoldAgain({ item, tabIndex }: { item: Item; tabIndex: number }) {
	const { t } = useTranslation();
	return (
		<p className="flex items-center gap-1 px-1 text-xs text-muted">
			<span>{t("blocked.person")}</span>
			<span aria-hidden="true">·</span>
			<button
				type="button"
				tabIndex={tabIndex}
				onClick={() => lookAt(item.id, false)}
				className="min-h-6 rounded-s px-1 font-semibold text-accent hover:underline"
			>
				{t("blocked.hide")}
			</button>
		</p>
	);
}
