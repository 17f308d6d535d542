import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { keys } from "@/app/queries";
import { moment } from "@/i18n/time";
import type { Room } from "@/sdk";

/** The longest that a browser's timer waits. */
const LONGEST_MS = 2 ** 31 - 1;

/** Stands where one would write, where one may not: says why, and for how long. */
export function SilenceBar({ room }: { room: Room }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const until = room.member_muted_until;
	useWordBack(room);
	return (
		<p
			role="status"
			className="mx-auto w-full max-w-3xl shrink-0 px-6 py-4 text-center text-sm text-balance text-muted"
		>
			{until ? t("composer.muted", { until: moment(until, locale) }) : t("composer.announcements")}
		</p>
	);
}

/** Looks again when the time is over. */
function useWordBack({ id, member_muted_until: until }: Room): void {
	const client = useQueryClient();
	useEffect(() => {
		if (!until) return;
		const wait = Math.min(Math.max(0, Date.parse(until) - Date.now()) + 500, LONGEST_MS);
		const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.room(id) }), wait);
		return () => clearTimeout(timer);
	}, [client, id, until]);
}
