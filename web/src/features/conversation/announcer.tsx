import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignedIn } from "@/app/hooks";
import type { Id, Item } from "@/sdk";
import type { Fold } from "../blocked/use-blocked";

/** Reads new messages of others out to a screen reader, and nothing that was there before. */
export function Announcer({
	items,
	foldOf,
	nameOf,
}: {
	items: Item[];
	foldOf: (item: Item) => Fold;
	nameOf: (id: Id) => string;
}) {
	const { t } = useTranslation();
	const { me } = useSignedIn();
	const heard = useRef(items[items.length - 1]?.seq ?? 0);
	const [said, setSaid] = useState<{ words: string; ids: Id[] }>({ words: "", ids: [] });
	useEffect(() => {
		const fresh = items.filter(
			(i) =>
				i.seq > heard.current &&
				i.kind === "message" &&
				i.sender_id !== me.id &&
				i.body.text &&
				foldOf(i) === "none",
		);
		heard.current = Math.max(heard.current, items[items.length - 1]?.seq ?? 0);
		if (fresh.length)
			setSaid({
				words: fresh
					.map((i) => t("conversation.says", { name: nameOf(i.sender_id), text: i.body.text }))
					.join(". "),
				ids: fresh.map((i) => i.id),
			});
	}, [items, me.id, foldOf, nameOf, t]);
	// What is gone from the screen does not stay here.
	const gone = items.some((i) => i.redacted && said.ids.includes(i.id));
	return (
		<div role="status" className="sr-only">
			{gone ? "" : said.words}
		</div>
	);
}
