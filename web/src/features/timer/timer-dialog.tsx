import { useTranslation } from "react-i18next";
import type { Room } from "@/sdk";
import { Dialog } from "@/ui/dialog";
import { useGroup } from "../groups/use-group";
import { TimerField } from "./timer-field";

/** Asks how long messages shall stay; both people see who set what. */
export function TimerDialog({ room, open, onClose }: { room: Room; open: boolean; onClose: () => void }) {
	const { t } = useTranslation();
	const { change } = useGroup(room.id);
	return (
		<Dialog open={open} onClose={onClose} title={t("timer.title")} actions={null}>
			<TimerField room={room} change={change} />
		</Dialog>
	);
}
