import { Check, Timer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { duration } from "@/i18n/time";
import { Menu, MenuItem } from "@/ui/menu";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LIVES = [MINUTE, 10 * MINUTE, HOUR, 8 * HOUR, DAY, 7 * DAY];

/**
 * Asks how long the message that is being written shall stay, once it is sent. Where the conversation has a time of its
 * own, only shorter ones mean something.
 */
export function LifeMenu({
	life,
	most,
	onChoose,
}: {
	life: number | null;
	most?: number | null;
	onChoose: (life: number | null) => void;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const lives = LIVES.filter((seconds) => most == null || seconds < most);
	if (lives.length === 0) return null;
	const mark = (chosen: boolean) => chosen && <Check size={16} />;
	return (
		<Menu
			label={t("timer.message")}
			icon={<Timer size={19} className={life ? "text-accent" : undefined} aria-hidden="true" />}
		>
			<MenuItem icon={mark(life === null)} onSelect={() => onChoose(null)}>
				{t("timer.stays")}
			</MenuItem>
			{lives.map((seconds) => (
				<MenuItem key={seconds} icon={mark(life === seconds)} onSelect={() => onChoose(seconds)}>
					{t("timer.after", { life: duration(seconds, locale) })}
				</MenuItem>
			))}
		</Menu>
	);
}
