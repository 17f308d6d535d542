import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import type { Scheduled } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Alert } from "@/ui/states";
import { localTime, tomorrowMorning, useSchedule } from "./use-scheduled";

/** Asks when a message shall be sent, and lets its words be changed. */
export function ScheduleDialog({
	message,
	onClose,
	onDone,
}: {
	/** Without a time of its own it is a new one. */
	message: Omit<Scheduled, "send_at"> & { send_at?: string };
	onClose: () => void;
	onDone?: () => void;
}) {
	const { t } = useTranslation();
	const { put } = useSchedule();
	const begun = message.send_at && !message.failed ? new Date(message.send_at) : tomorrowMorning();
	const [at, setAt] = useState(localTime(begun));
	const [text, setText] = useState(message.text);
	const time = new Date(at);
	const ready = text.trim() !== "" && !Number.isNaN(time.getTime());
	function submit() {
		// Whatever else it says stays as it is.
		const { client_id: id, failed: _failed, ...said } = message;
		put.mutate(
			{ ...said, id, text: text.trim(), send_at: time.toISOString() },
			{
				onSuccess: () => {
					onDone?.();
					onClose();
				},
			},
		);
	}
	const rest = sayRest(t, put.error, ["send_at", "text"]);
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("scheduled.title")}
			description={t("scheduled.hint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button look="primary" busy={put.isPending} disabled={!ready} onClick={submit}>
						{t("scheduled.keep")}
					</Button>
				</>
			}
		>
			<div className="flex flex-col gap-4">
				{rest && <Alert>{rest}</Alert>}
				<Field label={t("scheduled.text")} error={sayField(t, put.error, "text")}>
					{(props) => (
						<textarea
							{...props}
							dir="auto"
							rows={3}
							value={text}
							onChange={(e) => setText(e.target.value)}
							className="control max-h-48 py-2"
						/>
					)}
				</Field>
				<Field label={t("scheduled.when")} error={sayField(t, put.error, "send_at")}>
					{(props) => (
						<input
							{...props}
							type="datetime-local"
							value={at}
							min={localTime(new Date())}
							onChange={(e) => setAt(e.target.value)}
							className="control"
						/>
					)}
				</Field>
			</div>
		</Dialog>
	);
}
