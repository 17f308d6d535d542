import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { KeptPerson } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextAreaField } from "@/ui/field";
import { useKeep } from "./use-contact-list";

const MOST = 200;

/** Asks what to remember of a person; nobody else sees it. */
export function NoteDialog({ kept, onClose }: { kept: KeptPerson; onClose: () => void }) {
	const { t } = useTranslation();
	const { keep } = useKeep();
	const [note, setNote] = useState(kept.note);
	const length = [...note.trim()].length;
	async function save() {
		const change = { user: kept.user.id, note: note.trim(), done: t("contactList.saved") };
		const done = await keep.mutateAsync(change).then(
			() => true,
			() => false,
		);
		if (done) onClose();
	}
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("contactList.noteOf", { name: kept.user.display_name })}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button look="primary" busy={keep.isPending} disabled={length > MOST} onClick={() => void save()}>
						{t("common.save")}
					</Button>
				</>
			}
		>
			<TextAreaField
				label={t("contactList.note")}
				hint={t("contactList.noteHint")}
				value={note}
				onChange={(e) => setNote(e.target.value)}
				rows={3}
				dir="auto"
				filled={{ now: length, most: MOST, words: t("groups.topicFilled", { now: length, most: MOST }) }}
			/>
		</Dialog>
	);
}
