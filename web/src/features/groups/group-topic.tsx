import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Room } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextAreaField } from "@/ui/field";
import { Section } from "@/ui/page";
import { Linkified } from "../conversation/linkify";
import type { Group } from "./use-group";

const MOST = 500;

/** What the group is about; changed by those who may. Nothing where there is none and nobody here may write one. */
export function GroupTopic({ room, editable, group }: { room: Room; editable: boolean; group: Group }) {
	const { t } = useTranslation();
	const [draft, setDraft] = useState<string | null>(null);
	if (!room.topic && !editable) return null;
	const length = [...(draft ?? "").trim()].length;
	async function save() {
		const done = await group.change.mutateAsync({ topic: draft?.trim() || null }).catch(() => null);
		if (done) setDraft(null);
	}
	return (
		<Section
			title={t("groups.topic")}
			actions={
				editable && (
					<IconButton label={t("groups.changeTopic")} onClick={() => setDraft(room.topic)}>
						<Pencil size={18} aria-hidden="true" />
					</IconButton>
				)
			}
		>
			{room.topic ? (
				<p dir="auto" className="break-words whitespace-pre-wrap">
					<Linkified text={room.topic} />
				</p>
			) : (
				<p className="text-muted">{t("groups.noTopic")}</p>
			)}
			<Dialog
				open={draft !== null}
				onClose={() => setDraft(null)}
				title={t("groups.changeTopic")}
				actions={
					<>
						<Button onClick={() => setDraft(null)}>{t("common.cancel")}</Button>
						<Button
							look="primary"
							busy={group.change.isPending}
							disabled={length > MOST}
							onClick={() => void save()}
						>
							{t("common.save")}
						</Button>
					</>
				}
			>
				<TextAreaField
					label={t("groups.topic")}
					hint={t("groups.topicHint")}
					value={draft ?? ""}
					onChange={(e) => setDraft(e.target.value)}
					rows={4}
					dir="auto"
					filled={{ now: length, most: MOST, words: t("groups.topicFilled", { now: length, most: MOST }) }}
				/>
			</Dialog>
		</Section>
	);
}
