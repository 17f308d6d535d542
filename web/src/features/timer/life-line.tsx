import { Timer, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { duration } from "@/i18n/time";
import { IconButton } from "@/ui/button";

/** Above what is being written: how long it will stay, until one thinks otherwise. */
export function LifeLine({ life, onCancel }: { life: number; onCancel: () => void }) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<div className="flex items-center gap-3 px-3 pb-1">
			<Timer size={18} className="shrink-0 text-accent" aria-hidden="true" />
			<p role="status" className="min-w-0 flex-1 border-s-2 border-accent ps-2 text-sm text-muted">
				{t("timer.messageLine", { life: duration(life, locale) })}
			</p>
			<IconButton label={t("timer.cancel")} onClick={onCancel}>
				<X size={18} aria-hidden="true" />
			</IconButton>
		</div>
	);
}
