import { MonitorSmartphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { ago, moment } from "@/i18n/time";
import type { SessionItem } from "@/sdk";
import { Button } from "@/ui/button";
import { Page, Section } from "@/ui/page";
import { Chip, Failed, SkeletonRows } from "@/ui/states";
import { useSessions } from "./use-sessions";

export function SessionsPage() {
	const { t } = useTranslation();
	const { query, sessions, revoke, revokeOthers } = useSessions();
	return (
		<Page title={t("sessions.title")} back="/settings">
			{query.isPending ? (
				<SkeletonRows count={3} />
			) : query.isError ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : (
				<Section title={t("sessions.devices")} hint={t("sessions.hint")}>
					<ul aria-label={t("sessions.devices")} className="divide-y divide-line">
						{sessions.map((session) => (
							<Row
								key={session.id}
								session={session}
								busy={revoke.isPending && revoke.variables === session.id}
								onRevoke={() => revoke.mutate(session.id)}
							/>
						))}
					</ul>
					{sessions.length > 1 && (
						<Button
							look="danger"
							className="mt-4"
							busy={revokeOthers.isPending}
							onClick={() => revokeOthers.mutate()}
						>
							{t("sessions.endOthers")}
						</Button>
					)}
				</Section>
			)}
		</Page>
	);
}

function Row({ session, busy, onRevoke }: { session: SessionItem; busy: boolean; onRevoke: () => void }) {
	const { t } = useTranslation();
	const locale = useLocale();
	return (
		<li aria-label={session.device} className="flex items-center gap-3 py-3">
			<MonitorSmartphone size={22} className="shrink-0 text-muted" aria-hidden="true" />
			<div className="min-w-0 flex-1">
				<p className="flex flex-wrap items-center gap-2 font-medium">
					{session.device || t("sessions.unknown")}
					{session.current && <Chip strong>{t("sessions.current")}</Chip>}
				</p>
				<p className="text-sm text-muted">
					{t("sessions.used", { when: ago(session.last_used_at, locale) })} ·{" "}
					{t("sessions.since", { when: moment(session.created_at, locale) })}
				</p>
			</div>
			{!session.current && (
				<Button small busy={busy} onClick={onRevoke}>
					{t("sessions.end")}
				</Button>
			)}
		</li>
	);
}
