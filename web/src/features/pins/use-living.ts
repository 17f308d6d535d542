import { useEffect, useState } from "react";
import type { Item } from "@/sdk";

const HOUR_MS = 3_600_000;
const end = (item: Item) => (item.body.expires_at == null ? Infinity : Date.parse(item.body.expires_at));

/** Of these messages the ones whose time has not come. Nobody tells when it comes: a clock here does. */
export function useLiving(items: readonly Item[]): Item[] {
	const [, wake] = useState(0);
	const now = Date.now();
	const living = items.filter((item) => end(item) > now);
	const next = Math.min(...living.map(end));
	useEffect(() => {
		if (next === Infinity) return;
		const timer = setInterval(
			() => wake((n) => n + 1),
			Math.min(Math.max(next - Date.now(), 0) + 50, HOUR_MS),
		);
		return () => clearInterval(timer);
	}, [next]);
	return living;
}
