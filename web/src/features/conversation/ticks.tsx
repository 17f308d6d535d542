import { Check, CheckCheck, Clock3 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSignedIn } from "@/app/hooks";
import type { Id } from "@/sdk";
import type { RoomReceipts } from "@/sdk/receipts";
import { cx } from "@/ui/cx";

export type Fate = "pending" | "sent" | "delivered" | "read";

/** How far a message of one's own came: with several readers, as far as the slowest of them. Who came later is none. */
export function fateOf(receipts: RoomReceipts | undefined, me: Id, seq: number): Fate {
	const others = Object.entries(receipts?.by_user ?? {}).filter(
		([user, r]) => user !== me && r.from_seq <= seq,
	);
	if (others.length === 0) return "sent";
	if (others.every(([, r]) => r.read_seq >= seq)) return "read";
	return others.every(([, r]) => Math.max(r.delivered_seq, r.read_seq) >= seq) ? "delivered" : "sent";
}

export function useFate(roomId: string, seq: number): Fate {
	const { engine, me } = useSignedIn();
	return useStore(engine.positions.store, (s) => fateOf(s[roomId], me.id, seq));
}

/** For lists: says nothing while the room's receipts were not asked for. */
export function Ticks({ roomId, seq }: { roomId: string; seq: number }) {
	const { engine } = useSignedIn();
	const known = useStore(engine.positions.store, (s) => s[roomId] !== undefined);
	const fate = useFate(roomId, seq);
	return known ? <FateIcon fate={fate} /> : null;
}

export function FateIcon({ fate }: { fate: Fate }) {
	const { t } = useTranslation();
	const Icon = fate === "pending" ? Clock3 : fate === "sent" ? Check : CheckCheck;
	return (
		<span className={cx("inline-flex shrink-0", fate === "read" ? "text-accent" : "opacity-70")}>
			<Icon size={15} strokeWidth={2.25} aria-hidden="true" />
			<span className="sr-only">{t(`message.${fate}`)}</span>
		</span>
	);
}
