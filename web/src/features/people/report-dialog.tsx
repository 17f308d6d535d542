import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { api } from "@/app/session";
import type { Brief, Id } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { FieldGroup, TextAreaField } from "@/ui/field";
import { Alert } from "@/ui/states";
import { toast } from "@/ui/toast";
import { AttachedMessages, useAttached } from "./attached-messages";

const REASONS = ["spam", "abuse", "minor", "other"] as const;

interface ReportDialogProps {
	person: Brief;
	roomId?: Id;
	eventId?: Id;
	/** The room whose messages of the person are offered to be sent along: a request's. */
	offersOf?: Id;
	open: boolean;
	onClose: () => void;
}

/** Tells the moderators about a person, or about one message. */
export function ReportDialog({ person, roomId, eventId, offersOf, open, onClose }: ReportDialogProps) {
	const { t } = useTranslation();
	const form = useId();
	const [reason, setReason] = useState<string>("");
	const [note, setNote] = useState("");
	const attached = useAttached(offersOf, person.id, open);
	const room = roomId ?? offersOf;
	const events = eventId ? [eventId] : attached.ids;
	const report = useMutation({
		mutationFn: () =>
			api.people.report({
				user_id: person.id,
				reason,
				...(room ? { room_id: room } : {}),
				...(events.length ? { event_ids: events } : {}),
				...(note.trim() ? { note: note.trim() } : {}),
			}),
		onSuccess: () => {
			onClose();
			toast(t("report.done"));
		},
	});
	function submit(event: FormEvent) {
		event.preventDefault();
		if (reason && !report.isPending) report.mutate();
	}
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t("report.title", { name: person.display_name })}
			description={eventId ? t("report.messageHint") : t("report.hint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button type="submit" form={form} look="primary" disabled={!reason} busy={report.isPending}>
						{t("report.action")}
					</Button>
				</>
			}
		>
			<form id={form} onSubmit={submit} className="flex flex-col gap-4">
				{report.error && <Alert>{sayError(t, report.error)}</Alert>}
				<FieldGroup legend={t("report.reason")}>
					{REASONS.map((key) => (
						<label
							key={key}
							className="flex min-h-10 items-center gap-3 rounded-m border border-line px-3 hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-ink"
						>
							<input
								type="radio"
								name="reason"
								value={key}
								checked={reason === key}
								onChange={() => setReason(key)}
								className="size-4 accent-(--accent)"
							/>
							{t(`report.reasons.${key}`)}
						</label>
					))}
				</FieldGroup>
				<AttachedMessages attached={attached} />
				<TextAreaField
					label={t("report.note")}
					value={note}
					onChange={(e) => setNote(e.target.value)}
					rows={3}
					maxLength={1000}
				/>
			</form>
		</Dialog>
	);
}
