import { useTranslation } from "react-i18next";
import type { Id } from "@/sdk";
import { cx } from "@/ui/cx";
import { useConversation } from "./context";
import { goneWords } from "./gone";
import { useQuoted } from "./use-quoted";

/** What a message answers to, and the way there. A redacted one shows no word of what it was. */
export function Quote({ id, tabIndex = -1 }: { id: Id; tabIndex?: number }) {
	const { t } = useTranslation();
	const { nameOf, reveal, foldOf } = useConversation();
	const item = useQuoted(id);
	if (!item)
		return (
			<blockquote className="mb-1 border-s-2 border-accent ps-2 text-sm opacity-80">
				{t("message.earlier")}
			</blockquote>
		);
	const folded = foldOf(item) === "folded";
	return (
		<blockquote className="mb-1 max-w-full border-s-2 border-accent text-sm">
			<button
				type="button"
				tabIndex={tabIndex}
				onClick={() => reveal?.(item)}
				className="block w-full rounded-e-s pe-1 ps-2 text-start"
			>
				{!folded && <span className="block font-semibold text-accent">{nameOf(item.sender_id)}</span>}
				<span
					className={cx("line-clamp-2 break-words opacity-80", (folded || item.redacted) && "italic")}
					dir="auto"
				>
					{folded ? t("blocked.message") : item.redacted ? goneWords(item, t) : item.body.text}
				</span>
			</button>
		</blockquote>
	);
}
