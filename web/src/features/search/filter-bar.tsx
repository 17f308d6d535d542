import { SlidersHorizontal, X } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale, useRoom } from "@/app/hooks";
import { dateOf } from "@/i18n/time";
import { cx } from "@/ui/cx";
import { roomName } from "../rooms/room-name";
import { FILTERS, type Filter, midnight } from "./filter";
import { FilterFields, useNameOf } from "./filter-fields";

/** What narrows the search, each with the way to take it off, and the fields behind a button. */
export function FilterBar({ filter, onChange }: { filter: Filter; onChange: (change: Filter) => void }) {
	const { t } = useTranslation();
	const [open, setOpen] = useState(false);
	const fields = useId();
	const words = useWords(filter);
	return (
		<>
			<div className="flex flex-wrap items-center gap-2">
				<button
					type="button"
					aria-expanded={open}
					aria-controls={open ? fields : undefined}
					onClick={() => setOpen(!open)}
					className={cx(
						"inline-flex min-h-8 items-center gap-2 rounded-full border px-3 text-sm font-semibold hover:bg-sunken",
						open ? "border-accent text-accent" : "border-edge",
					)}
				>
					<SlidersHorizontal size={15} aria-hidden="true" />
					{t("search.filters")}
				</button>
				{FILTERS.map(
					(key) =>
						filter[key] && (
							<button
								key={key}
								type="button"
								aria-label={t("search.takeOff", { filter: words[key] })}
								onClick={() => onChange({ [key]: undefined })}
								className="inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-full bg-accent-soft ps-3 pe-2 text-sm font-medium text-accent-ink hover:underline"
							>
								<span className="truncate" dir="auto">
									{words[key]}
								</span>
								<X size={15} className="shrink-0" aria-hidden="true" />
							</button>
						),
				)}
			</div>
			{open && <FilterFields id={fields} filter={filter} onChange={onChange} />}
		</>
	);
}

/** What each filter says. */
function useWords({ by, room, from, until }: Filter): Record<(typeof FILTERS)[number], string> {
	const { t } = useTranslation();
	const locale = useLocale();
	const name = useNameOf(by);
	const found = useRoom(room ?? "", room !== undefined).data;
	const day = (given: string | undefined) => (given ? dateOf(midnight(given), locale) : "");
	return {
		by: t("search.chip.by", { name }),
		room: t("search.chip.in", { name: found ? roomName(found, t) : "…" }),
		from: t("search.chip.from", { day: day(from) }),
		until: t("search.chip.until", { day: day(until) }),
	};
}
