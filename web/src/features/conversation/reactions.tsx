import { useTranslation } from "react-i18next";
import type { Item } from "@/sdk";
import { cx } from "@/ui/cx";
import { useConversation } from "./context";
import { useMessageActs } from "./use-message-acts";

/** The reactions under a message; pressing one's own takes it back. */
export function Reactions({ item }: { item: Item }) {
	const { t } = useTranslation();
	const { room } = useConversation();
	const { react } = useMessageActs(room.id);
	if (!item.reactions?.length) return null;
	return (
		<div className="-mt-1 flex flex-wrap gap-1 px-2 pb-1">
			{item.reactions.map(({ key, count }) => {
				const mine = item.my_reaction === key;
				return (
					<button
						key={key}
						type="button"
						aria-pressed={mine}
						aria-label={t("reaction.label", { emoji: key, count })}
						onClick={() => react.mutate({ item, key: mine ? null : key })}
						className={cx(
							"inline-flex min-h-6 items-center gap-1 rounded-full border bg-surface px-2 text-xs font-semibold",
							mine ? "border-accent text-accent" : "border-line text-muted hover:border-edge",
						)}
					>
						<span className="text-sm">{key}</span>
						{count > 1 && count}
					</button>
				);
			})}
		</div>
	);
}
