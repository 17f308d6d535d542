import { useTranslation } from "react-i18next";
import type { Id, Item } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { usePollActs } from "./use-poll";

/** Closes a poll: asked first, since it does not open again. */
export function ClosePollDialog({ roomId, item, onClose }: { roomId: Id; item: Item; onClose: () => void }) {
	const { t } = useTranslation();
	const { close } = usePollActs(roomId);
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("polls.closeTitle")}
			description={t("polls.closeHint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button
						look="primary"
						busy={close.isPending}
						onClick={() => close.mutate(item.id, { onSuccess: onClose })}
					>
						{t("polls.closeAction")}
					</Button>
				</>
			}
		/>
	);
}
