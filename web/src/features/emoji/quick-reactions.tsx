import { SmilePlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Item } from "@/sdk";
import { MenuEmoji } from "@/ui/menu";

const QUICK = [
	["👍", "thumbsUp"],
	["❤️", "heart"],
	["😂", "laugh"],
	["😮", "wow"],
	["😢", "sad"],
	["🙏", "thanks"],
] as const;

/** At the head of a message's menu: the reactions that are one press away, and the way to all others. */
export function QuickReactions({
	item,
	onReact,
	onMore,
}: {
	item: Item;
	/** `null`: takes one's own back. */
	onReact: (key: string | null) => void;
	onMore: () => void;
}) {
	const { t } = useTranslation();
	return (
		<div className="flex gap-0.5 p-0.5">
			{QUICK.map(([emoji, name]) => (
				<MenuEmoji
					key={emoji}
					name={t(`reaction.${name}`)}
					selected={item.my_reaction === emoji}
					onSelect={() => onReact(item.my_reaction === emoji ? null : emoji)}
				>
					{emoji}
				</MenuEmoji>
			))}
			<MenuEmoji name={t("emoji.more")} selected={false} onSelect={onMore}>
				<SmilePlus size={18} className="text-muted" aria-hidden="true" />
			</MenuEmoji>
		</div>
	);
}
