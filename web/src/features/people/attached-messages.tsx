import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLiving } from "@/app/living";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Id, Item } from "@/sdk";
import { FieldGroup } from "@/ui/field";

/** So many messages a report may have. */
const MOST = 20;
const NONE: Item[] = [];

/** The newest messages of a person in a room, to be sent along with a report: all of them until some are left out. */
export function useAttached(room: Id | undefined, person: Id, open: boolean) {
	const [leftOut, setLeftOut] = useState<readonly Id[]>([]);
	const query = useQuery({
		queryKey: keys.evidence(room ?? "", person),
		queryFn: () => api.timeline.page(room ?? ""),
		enabled: open && room !== undefined,
	});
	const offered = useLiving(query.data?.items ?? NONE)
		.filter((item) => item.kind === "message" && item.sender_id === person && !item.redacted)
		.slice(-MOST);
	return {
		offered,
		isAttached: (id: Id) => !leftOut.includes(id),
		toggle: (id: Id) =>
			setLeftOut((ids) => (ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id])),
		/** What is sent along. */
		ids: offered.map((item) => item.id).filter((id) => !leftOut.includes(id)),
	};
}

export function AttachedMessages({ attached }: { attached: ReturnType<typeof useAttached> }) {
	const { t } = useTranslation();
	if (attached.offered.length === 0) return null;
	return (
		<FieldGroup legend={t("report.attach")} hint={t("report.attachHint")}>
			<div className="flex max-h-48 flex-col overflow-y-auto rounded-m border border-line">
				{attached.offered.map((item) => (
					<Message
						key={item.id}
						item={item}
						checked={attached.isAttached(item.id)}
						onChange={() => attached.toggle(item.id)}
					/>
				))}
			</div>
		</FieldGroup>
	);
}

function Message({ item, checked, onChange }: { item: Item; checked: boolean; onChange: () => void }) {
	return (
		<label className="flex min-h-10 items-start gap-3 px-3 py-2.5 hover:bg-sunken not-first:border-t not-first:border-line">
			<input
				type="checkbox"
				checked={checked}
				onChange={onChange}
				className="mt-0.5 size-4 shrink-0 accent-(--accent)"
			/>
			<span dir="auto" className="line-clamp-3 min-w-0 break-words text-beside">
				{item.body.text}
			</span>
		</label>
	);
}
