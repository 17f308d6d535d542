import { BookmarkMinus, BookmarkPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Id } from "@/sdk";
import { MenuItem } from "@/ui/menu";
import { useIsKept, useKeep } from "./use-contact-list";

/** In a person's menu: onto one's contact list, or off it. It asks only when the menu is opened. */
export function KeepItem({ user }: { user: Id }) {
	const { t } = useTranslation();
	const kept = useIsKept(user);
	const { keep, letGo } = useKeep();
	if (kept)
		return (
			<MenuItem icon={<BookmarkMinus size={16} />} onSelect={() => letGo.mutate(user)}>
				{t("contactList.remove")}
			</MenuItem>
		);
	return (
		<MenuItem
			icon={<BookmarkPlus size={16} />}
			onSelect={() => keep.mutate({ user, done: t("contactList.added") })}
		>
			{t("contactList.add")}
		</MenuItem>
	);
}
