import { Pin, PinOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { moment } from "@/i18n/time";
import type { Id, Item, Room } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useFolds } from "../blocked/use-blocked";
import { mayPin, usePin, usePins } from "./use-pins";

/** What is pinned in a room: the newest in a line above the messages, all of them in a list. */
export function PinsBar({
	room,
	nameOf,
	reveal,
}: {
	room: Room;
	nameOf: (id: Id) => string;
	reveal: (item: Item) => void;
}) {
	const { t } = useTranslation();
	const pins = usePins(room);
	const { foldOf } = useFolds(room);
	const wordsOf = (item: Item) => (foldOf(item) === "folded" ? t("blocked.message") : item.body.text);
	const [open, setOpen] = useState(false);
	const [newest] = pins;
	if (!newest) return null;
	return (
		<>
			<button
				type="button"
				onClick={() => (pins.length === 1 ? reveal(newest) : setOpen(true))}
				className="flex w-full shrink-0 items-center gap-3 border-b border-line bg-surface px-4 py-1.5 text-start hover:bg-sunken"
			>
				<Pin size={16} className="shrink-0 text-accent" aria-hidden="true" />
				<span className="min-w-0 flex-1 text-sm">
					<span className="block font-semibold text-accent">{t("pins.label", { count: pins.length })}</span>
					<span dir="auto" className="block truncate text-beside">
						{wordsOf(newest)}
					</span>
				</span>
			</button>
			<Dialog
				open={open}
				onClose={() => setOpen(false)}
				title={t("pins.title")}
				actions={<Button onClick={() => setOpen(false)}>{t("common.close")}</Button>}
			>
				<ul className="flex flex-col gap-2">
					{pins.map((item) => (
						<Pinned
							key={item.id}
							room={room}
							item={item}
							name={foldOf(item) === "folded" ? "" : nameOf(item.sender_id)}
							words={wordsOf(item)}
							onOpen={() => {
								setOpen(false);
								reveal(item);
							}}
						/>
					))}
				</ul>
			</Dialog>
		</>
	);
}

function Pinned({
	room,
	item,
	name,
	words,
	onOpen,
}: {
	room: Room;
	item: Item;
	name: string;
	words: string | undefined;
	onOpen: () => void;
}) {
	const { t } = useTranslation();
	const locale = useLocale();
	const pin = usePin(room);
	return (
		<li className="flex items-start gap-1 rounded-m border border-line">
			<button
				type="button"
				onClick={onOpen}
				className="min-w-0 flex-1 rounded-m p-3 text-start hover:bg-sunken"
			>
				<span className="flex flex-wrap justify-between gap-x-2 text-sm text-muted">
					<span className="font-semibold text-accent">{name}</span>
					<time dateTime={item.at}>{moment(item.at, locale)}</time>
				</span>
				<span dir="auto" className="line-clamp-3 break-words text-beside">
					{words}
				</span>
			</button>
			{mayPin(room) && (
				<IconButton label={t("pins.unpin")} onClick={() => pin.mutate({ item, pinned: false })}>
					<PinOff size={17} aria-hidden="true" />
				</IconButton>
			)}
		</li>
	);
}
