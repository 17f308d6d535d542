import { useTranslation } from "react-i18next";
import { useNotify } from "@/app/hooks";
import type { Notify, Room } from "@/sdk";
import { Dialog } from "@/ui/dialog";
import { SelectField } from "@/ui/field";
import { useRoomPrefs } from "../rooms/use-room-prefs";
import { choicesOf } from "./choices";

/** Asks of which messages of a room one wants to be told; nobody else is told of it. */
export function NotifyDialog({ room, open, onClose }: { room: Room; open: boolean; onClose: () => void }) {
	const { t } = useTranslation();
	const prefs = useRoomPrefs(room);
	const general = useNotify();
	return (
		<Dialog open={open} onClose={onClose} title={t("notify.title")} actions={null}>
			<SelectField
				label={t("notify.here")}
				hint={t("notify.hereHint")}
				value={room.notify ?? ""}
				onChange={(e) => prefs.notify((e.target.value || null) as Notify | null)}
			>
				<option value="">{t("notify.asSettings", { choice: t(`notify.choice.${general}`) })}</option>
				{choicesOf(room).map((choice) => (
					<option key={choice} value={choice}>
						{t(`notify.choice.${choice}`)}
					</option>
				))}
			</SelectField>
		</Dialog>
	);
}
