import { Copy, Link2, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { moment } from "@/i18n/time";
import { briefOf, type Id, type Invite } from "@/sdk";
import { Button, IconButton } from "@/ui/button";
import { copyText } from "@/ui/copy";
import { Section } from "@/ui/page";
import { Failed, SkeletonRows } from "@/ui/states";
import { NewInviteDialog } from "./new-invite-dialog";
import { useFreshLinks, useInvites } from "./use-invites";

/** The links by which people come in, for those who lead the group. */
export function GroupInvites({ roomId }: { roomId: Id }) {
	const { t } = useTranslation();
	const { query, make, revoke } = useInvites(roomId);
	const [open, setOpen] = useState(false);
	const invites = query.data?.items ?? [];
	function begin() {
		make.reset();
		setOpen(true);
	}
	return (
		<Section
			title={t("invites.title")}
			hint={t("invites.hint")}
			actions={
				<Button small onClick={begin}>
					<Plus size={16} aria-hidden="true" />
					{t("invites.new")}
				</Button>
			}
		>
			{query.isPending ? (
				<SkeletonRows count={1} />
			) : query.isError && !query.data ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : invites.length === 0 ? (
				<p className="text-muted">{t("invites.none")}</p>
			) : (
				<ul aria-label={t("invites.title")} className="flex flex-col">
					{invites.map((invite) => (
						<InviteRow key={invite.id} invite={invite} onRevoke={() => revoke.mutate(invite.id)} />
					))}
				</ul>
			)}
			<NewInviteDialog open={open} onClose={() => setOpen(false)} make={make} />
		</Section>
	);
}

function InviteRow({ invite, onRevoke }: { invite: Invite; onRevoke: () => void }) {
	const { t } = useTranslation();
	const locale = useLocale();
	const link = useFreshLinks((links) => links[invite.id]);
	const name = briefOf(invite.created_by)?.display_name ?? t("rooms.deletedPerson");
	const used = invite.max_uses
		? t("invites.usedOf", { uses: invite.uses, most: invite.max_uses })
		: t("invites.used", { uses: invite.uses });
	const until = invite.expires_at
		? t("invites.until", { until: moment(invite.expires_at, locale) })
		: t("invites.forGood");
	return (
		<li className="flex min-h-14 items-center gap-3 border-t border-line py-2 first:border-t-0">
			<Link2 size={20} className="shrink-0 text-muted" aria-hidden="true" />
			<span className="min-w-0 flex-1">
				<span className="block font-medium">{used}</span>
				<span className="block text-sm text-muted">
					{until}
					<span aria-hidden="true">{" · "}</span>
					<span>{t("invites.by", { name })}</span>
				</span>
			</span>
			{link && (
				<IconButton label={t("invites.copy")} onClick={() => void copyText(link, t)}>
					<Copy size={18} aria-hidden="true" />
				</IconButton>
			)}
			<IconButton label={t("invites.revoke")} onClick={onRevoke}>
				<Trash2 size={18} aria-hidden="true" />
			</IconButton>
		</li>
	);
}
