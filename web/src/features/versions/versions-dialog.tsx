import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { moment } from "@/i18n/time";
import { diff, type Id, type Item } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failed, SkeletonRows } from "@/ui/states";
import { Changes } from "../corrections/changes";

/** What a message said before: each version, with what the edit changed. */
export function VersionsDialog({ roomId, item, onClose }: { roomId: Id; item: Item; onClose: () => void }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const query = useQuery({
		queryKey: keys.versions(roomId, item.id, item.version),
		queryFn: () => api.timeline.versions(roomId, item.id),
		// Words that can be taken back are kept no longer than they are looked at.
		gcTime: 0,
	});
	const versions = query.data?.items ?? [];
	return (
		<Dialog
			open
			onClose={onClose}
			title={t("versions.title")}
			actions={<Button onClick={onClose}>{t("common.close")}</Button>}
		>
			{query.isPending ? (
				<SkeletonRows count={2} />
			) : query.isError ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : (
				<ol aria-label={t("versions.title")} className="flex flex-col gap-2">
					{versions.map(({ version, text, at }, i) => {
						const before = versions[i - 1]?.text;
						return (
							<li key={version} className="rounded-m border border-line p-3">
								<time dateTime={at} className="text-sm text-muted">
									{moment(at, locale)}
								</time>
								{before === undefined ? (
									<p dir="auto" className="break-words whitespace-pre-wrap">
										{text}
									</p>
								) : (
									<Changes original={before} spans={diff(before, text)} />
								)}
							</li>
						);
					})}
				</ol>
			)}
		</Dialog>
	);
}
