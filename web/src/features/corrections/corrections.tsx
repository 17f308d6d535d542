import { useTranslation } from "react-i18next";
import { useMe } from "@/app/hooks";
import type { Correction, Item } from "@/sdk";
import { useConversation } from "../conversation/context";
import { CorrectionCard } from "./correction-card";
import { type Answer, useCorrectionActs } from "./use-corrections";

/** The corrections under a message, the oldest first. */
export function Corrections({ item, own, tabIndex }: { item: Item; own: boolean; tabIndex: number }) {
	const { t } = useTranslation();
	if (!item.corrections?.length) return null;
	return (
		<section aria-label={t("corrections.list")} className="flex flex-col gap-2 py-1">
			{item.corrections.map((correction) => (
				<One key={correction.id} item={item} own={own} correction={correction} tabIndex={tabIndex} />
			))}
		</section>
	);
}

function One({
	item,
	own,
	correction,
	tabIndex,
}: {
	item: Item;
	own: boolean;
	correction: Correction;
	tabIndex: number;
}) {
	const { t } = useTranslation();
	const me = useMe();
	const { room, nameOf } = useConversation();
	const acts = useCorrectionActs(room.id, item.id);
	const mine = correction.sender_id === me.id;
	const leads = room.kind === "group" && room.role !== "member";
	const may: Answer[] = [
		...(own ? (["accept", "decline"] as const) : []),
		...(mine || leads ? (["withdraw"] as const) : []),
	];
	return (
		<CorrectionCard
			correction={correction}
			head={mine ? t("corrections.byYou") : t("corrections.by", { name: nameOf(correction.sender_id) })}
			stale={correction.version < item.version}
			may={may}
			busy={acts.isPending ? acts.variables.answer : null}
			onAnswer={(answer) => acts.mutate({ correction, answer })}
			tabIndex={tabIndex}
		/>
	);
}
