import { useTranslation } from "react-i18next";
import type { Item } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useConversation } from "./context";
import { useMessageActs } from "./use-message-acts";

/** Asks before a message is taken back for all. */
export function DeleteDialog({ item, open, onClose }: { item: Item; open: boolean; onClose: () => void }) {
	const { t } = useTranslation();
	const { room } = useConversation();
	const { redact } = useMessageActs(room.id);
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t("message.deleteTitle")}
			description={t("message.deleteHint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button
						look="danger"
						busy={redact.isPending}
						onClick={() => redact.mutate(item.id, { onSuccess: onClose })}
					>
						{t("message.deleteAction")}
					</Button>
				</>
			}
		/>
	);
}
