import { useTranslation } from "react-i18next";
import type { Brief } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useBlock } from "./use-person-actions";

export function BlockDialog({
	person,
	open,
	onClose,
	onBlocked,
}: {
	person: Brief;
	open: boolean;
	onClose: () => void;
	onBlocked?: () => void;
}) {
	const { t } = useTranslation();
	const block = useBlock(() => {
		onClose();
		onBlocked?.();
	});
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t("block.title", { name: person.display_name })}
			description={t("block.hint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button
						look="danger"
						busy={block.isPending}
						onClick={() => block.mutate({ user: person.id, blocked: true })}
					>
						{t("block.action")}
					</Button>
				</>
			}
		/>
	);
}
