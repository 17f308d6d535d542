import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { duration } from "@/i18n/time";
import type { Room } from "@/sdk";
import { SelectField } from "@/ui/field";
import type { Group } from "../groups/use-group";

const HOUR = 3600;
const DAY = 24 * HOUR;
const LIVES = [HOUR, 8 * HOUR, DAY, 7 * DAY, 28 * DAY, 90 * DAY];

/** How long messages stay that are written from now on. A time that another client set is shown, too. */
export function TimerField({ room, change }: { room: Room; change: Group["change"] }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const set = room.expires_in;
	const lives = set && !LIVES.includes(set) ? [set, ...LIVES].sort((a, b) => a - b) : LIVES;
	return (
		<SelectField
			label={t("timer.title")}
			hint={t("timer.hint")}
			value={set ?? ""}
			disabled={change.isPending}
			onChange={(e) => change.mutate({ expires_in: e.target.value ? Number(e.target.value) : null })}
		>
			<option value="">{t("timer.off")}</option>
			{lives.map((seconds) => (
				<option key={seconds} value={seconds}>
					{duration(seconds, locale)}
				</option>
			))}
		</SelectField>
	);
}
