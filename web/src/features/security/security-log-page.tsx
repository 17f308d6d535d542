import { useInfiniteQuery } from "@tanstack/react-query";
import {
	AtSign,
	Fingerprint,
	KeyRound,
	LifeBuoy,
	LogIn,
	type LucideIcon,
	MonitorX,
	ScrollText,
	ShieldAlert,
	ShieldCheck,
	ShieldOff,
	UserRoundPen,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { moment } from "@/i18n/time";
import type { SecurityEvent } from "@/sdk";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Page } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";

const ICONS: Record<string, LucideIcon> = {
	logged_in: LogIn,
	logged_in_by_passkey: Fingerprint,
	logins_failed: ShieldAlert,
	second_factors_failed: ShieldAlert,
	sessions_revoked: MonitorX,
	password_changed: KeyRound,
	password_reset: KeyRound,
	username_changed: UserRoundPen,
	contact_added: AtSign,
	contact_removed: AtSign,
	second_factor_on: ShieldCheck,
	second_factor_off: ShieldOff,
	recovery_codes_renewed: LifeBuoy,
	recovery_code_used: LifeBuoy,
	passkey_added: Fingerprint,
	passkey_removed: Fingerprint,
	passkey_suspect: ShieldAlert,
};
const ALARMING = new Set(["logins_failed", "second_factors_failed", "passkey_suspect"]);

/** What happened to the account, so that one notices what one did not do oneself. */
export function SecurityLogPage() {
	const { t } = useTranslation();
	const query = useInfiniteQuery({
		queryKey: keys.securityLog,
		queryFn: ({ pageParam }) => api.me.securityLog(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next_cursor ?? undefined,
		staleTime: 0,
	});
	const events = query.data?.pages.flatMap((page) => page.items) ?? [];
	return (
		<Page title={t("log.title")} back="/settings">
			{query.isPending ? (
				<SkeletonRows />
			) : query.isError && events.length === 0 ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : events.length === 0 ? (
				<Empty icon={ScrollText} title={t("log.none")}>
					{t("log.noneHint")}
				</Empty>
			) : (
				<>
					<p className="mb-4 text-muted">{t("log.hint")}</p>
					<ol
						aria-label={t("log.title")}
						className="divide-y divide-line rounded-l border border-line bg-surface px-4"
					>
						{events.map((event) => (
							<Row key={`${event.at} ${event.kind}`} event={event} />
						))}
					</ol>
				</>
			)}
			{query.hasNextPage && (
				<Button
					look="quiet"
					className="mx-auto mt-4"
					busy={query.isFetchingNextPage}
					onClick={() => void query.fetchNextPage()}
				>
					{t("common.more")}
				</Button>
			)}
		</Page>
	);
}

function Row({ event: { kind, at, network, device } }: { event: SecurityEvent }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const Icon = ICONS[kind] ?? ScrollText;
	const alarming = ALARMING.has(kind);
	return (
		<li className="flex items-start gap-3 py-3">
			<Icon
				size={20}
				aria-hidden="true"
				className={cx("mt-0.5 shrink-0", alarming ? "text-danger" : "text-muted")}
			/>
			<div className="min-w-0 flex-1">
				<p className={cx("font-medium", alarming && "text-danger")}>
					{t(`log.kinds.${kind}`, { defaultValue: t("log.other") })}
				</p>
				<p className="text-sm text-muted">
					<time dateTime={at}>{moment(at, locale)}</time>
					{device && <> · {device}</>}
					{network && (
						<>
							{" "}
							· <bdi dir="ltr">{network}</bdi>
						</>
					)}
				</p>
			</div>
		</li>
	);
}
