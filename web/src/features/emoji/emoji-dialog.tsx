import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/ui/dialog";
import { SkeletonRows } from "@/ui/states";

/** With all its names, it is loaded when somebody wants it. */
const EmojiPicker = lazy(() => import("./emoji-picker"));

/** All emoji, to choose one. */
export function EmojiDialog({
	open,
	onClose,
	onPick,
}: {
	open: boolean;
	onClose: () => void;
	onPick: (sign: string) => void;
}) {
	const { t } = useTranslation();
	return (
		<Dialog open={open} onClose={onClose} title={t("emoji.title")} actions={null}>
			<Suspense fallback={<SkeletonRows count={4} />}>
				<EmojiPicker onPick={onPick} />
			</Suspense>
		</Dialog>
	);
}
