import { Timer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { duration } from "@/i18n/time";
import type { Room } from "@/sdk";

/** Says below the words that they will not stay. */
export function TimerLine({ room }: { room: Room }) {
	const { t } = useTranslation();
	const locale = useLocale();
	if (!room.expires_in) return null;
	return (
		<p className="mx-auto flex w-full max-w-3xl items-center gap-1.5 px-5 pt-1 text-sm text-muted">
			<Timer size={14} className="shrink-0" aria-hidden="true" />
			{t("timer.line", { life: duration(room.expires_in, locale) })}
		</p>
	);
}
