import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useDeferredValue, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayField, sayRest } from "@/app/errors";
import { api } from "@/app/session";
import { CORRECTION_KINDS, diff, type Id, type Item, type NewCorrection, uuidv7 } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextAreaField } from "@/ui/field";
import { Alert } from "@/ui/states";
import { Changes } from "./changes";
import { bytesOf, CORRECTION_BYTES, NOTE_CHARS } from "./use-corrections";

/** Improves a partner's text: one writes it as it should be, and sees at once what changes. */
export function CorrectDialog({ roomId, item, onClose }: { roomId: Id; item: Item; onClose: () => void }) {
	const { t } = useTranslation();
	const form = useId();
	// What was looked at stays, whatever the author does meanwhile: the server says if it is another text by now.
	const [{ original, version, client_id }] = useState(() => ({
		original: item.body.text ?? "",
		version: item.version,
		client_id: uuidv7(),
	}));
	const [text, setText] = useState(original);
	const [kind, setKind] = useState<NonNullable<NewCorrection["kind"]> | "">("");
	const [note, setNote] = useState("");
	const written = useDeferredValue(text);
	const spans = useMemo(() => diff(original, written), [original, written]);
	const propose = useMutation({
		mutationFn: () =>
			api.timeline.correct(roomId, item.id, {
				client_id,
				text,
				version,
				...(kind ? { kind } : {}),
				...(note.trim() ? { note: note.trim() } : {}),
			}),
		onSuccess: onClose,
	});
	const noteLength = [...note.trim()].length;
	const ready =
		text.trim() !== "" && text !== original && bytesOf(text) <= CORRECTION_BYTES && noteLength <= NOTE_CHARS;
	function submit(event: FormEvent) {
		event.preventDefault();
		if (ready && !propose.isPending) propose.mutate();
	}
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("corrections.propose")}
			description={t("corrections.proposeHint")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button type="submit" form={form} look="primary" disabled={!ready} busy={propose.isPending}>
						{t("corrections.action")}
					</Button>
				</>
			}
		>
			<form id={form} onSubmit={submit} className="flex flex-col gap-4">
				{propose.error && <Alert>{sayRest(t, propose.error, ["text", "note", "kind"])}</Alert>}
				<TextAreaField
					label={t("corrections.text")}
					value={text}
					dir="auto"
					rows={3}
					onChange={(e) => setText(e.target.value)}
					error={
						sayField(t, propose.error, "text") ??
						(bytesOf(text) > CORRECTION_BYTES ? t("field.too_long") : null)
					}
				/>
				<div className="flex flex-col gap-1">
					<p className="text-sm font-semibold">{t("corrections.preview")}</p>
					<div className="max-h-48 min-h-10 overflow-y-auto rounded-m bg-sunken px-3 py-2">
						{spans.length ? (
							<Changes original={original} spans={spans} />
						) : (
							<p className="text-muted">{t("corrections.nothing")}</p>
						)}
					</div>
				</div>
				<SelectField
					label={t("corrections.kind")}
					value={kind}
					onChange={(e) => setKind(e.target.value as typeof kind)}
				>
					<option value="">{t("corrections.kinds.none")}</option>
					{CORRECTION_KINDS.map((key) => (
						<option key={key} value={key}>
							{t(`corrections.kinds.${key}`)}
						</option>
					))}
				</SelectField>
				<TextAreaField
					label={t("corrections.note")}
					hint={t("corrections.noteHint")}
					value={note}
					dir="auto"
					rows={2}
					filled={
						noteLength > NOTE_CHARS - 200
							? { now: noteLength, most: NOTE_CHARS, words: t("field.limit", { most: NOTE_CHARS }) }
							: undefined
					}
					onChange={(e) => setNote(e.target.value)}
					error={sayField(t, propose.error, "note")}
				/>
			</form>
		</Dialog>
	);
}
