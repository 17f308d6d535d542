import { CalendarClock, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { moment } from "@/i18n/time";
import type { Scheduled } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast";
import { ScheduleDialog } from "./schedule-dialog";
import { useSchedule } from "./use-scheduled";

/** A line that says how many messages wait, or could not be sent; they are listed behind it. */
export function ScheduledBar({ messages }: { messages: Scheduled[] }) {
	const { t } = useTranslation();
	const [open, setOpen] = useState(false);
	const [changed, setChanged] = useState<Scheduled | null>(null);
	if (messages.length === 0 && !open) return null;
	const failed = messages.filter((message) => message.failed).length;
	return (
		<>
			<button
				type="button"
				onClick={() => setOpen(true)}
				className={cx(
					"mx-auto flex min-h-10 w-full max-w-3xl shrink-0 items-center gap-3 px-5 text-start text-sm font-medium hover:underline",
					failed ? "text-danger" : "text-accent",
				)}
			>
				<CalendarClock size={16} aria-hidden="true" />
				{failed
					? t("scheduled.failed", { count: failed })
					: t("scheduled.waiting", { count: messages.length })}
			</button>
			<Dialog
				open={open}
				onClose={() => setOpen(false)}
				title={t("scheduled.list")}
				actions={<Button onClick={() => setOpen(false)}>{t("common.close")}</Button>}
			>
				<ul className="flex flex-col gap-2">
					{messages.map((message) => (
						<Waiting key={message.client_id} message={message} onChange={() => setChanged(message)} />
					))}
				</ul>
				{messages.length === 0 && <p className="text-muted">{t("scheduled.none")}</p>}
			</Dialog>
			{changed && <ScheduleDialog message={changed} onClose={() => setChanged(null)} />}
		</>
	);
}

function Waiting({ message, onChange }: { message: Scheduled; onChange: () => void }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const { cancel } = useSchedule();
	return (
		<li className="flex items-start gap-1 rounded-m border border-line p-1 ps-3">
			<div className="min-w-0 flex-1 py-2">
				<time dateTime={message.send_at} className="text-sm text-muted">
					{moment(message.send_at, locale)}
				</time>
				{message.failed && (
					<p className="text-sm font-medium text-danger">
						{t(`error.${message.failed}`, { defaultValue: t("scheduled.notSent") })}
					</p>
				)}
				<p dir="auto" className="line-clamp-4 break-words whitespace-pre-wrap text-beside">
					{message.text}
				</p>
			</div>
			<IconButton label={t("scheduled.change")} onClick={onChange}>
				<Pencil size={17} aria-hidden="true" />
			</IconButton>
			<IconButton
				label={t("scheduled.cancel")}
				disabled={cancel.isPending}
				onClick={() => cancel.mutate(message.client_id, { onError: (cause) => toast(sayError(t, cause)) })}
			>
				<Trash2 size={17} aria-hidden="true" />
			</IconButton>
		</li>
	);
}
