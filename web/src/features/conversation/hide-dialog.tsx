import { useTranslation } from "react-i18next";
import type { Item } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useConversation } from "./context";
import { useMessageActs } from "./use-message-acts";

/** Hides a message for oneself: asked first, since it does not come back. */
export function HideDialog({ item, open, onClose }: { item: Item; open: boolean; onClose: () => void }) {
	const { t } = useTranslation();
	const { room } = useConversation();
	const { hide } = useMessageActs(room.id);
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t("message.hideTitle")}
			description={t("message.hideHint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button
						look="danger"
						busy={hide.isPending}
						onClick={() => hide.mutate(item.id, { onSuccess: onClose })}
					>
						{t("message.hideAction")}
					</Button>
				</>
			}
		/>
	);
}
