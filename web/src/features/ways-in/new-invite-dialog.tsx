import { Copy, Share2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocale } from "@/app/hooks";
import { duration } from "@/i18n/time";
import { Button } from "@/ui/button";
import { copyText } from "@/ui/copy";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { linkOf, type useInvites } from "./use-invites";

const USES = [1, 10, 100];
const HOUR = 3600;
const LIVES = [HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];
const WEEK = "604800";

interface Props {
	open: boolean;
	onClose: () => void;
	make: ReturnType<typeof useInvites>["make"];
}

/** Asks how far a link shall reach, then shows it: this once. */
export function NewInviteDialog({ open, onClose, make }: Props) {
	const { t } = useTranslation();
	const locale = useLocale();
	const [uses, setUses] = useState("");
	const [life, setLife] = useState(WEEK);
	const link = make.data && linkOf(make.data.token);
	const wanted = { max_uses: uses ? Number(uses) : null, expires_in: life ? Number(life) : null };
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t(link ? "invites.made" : "invites.newTitle")}
			description={link ? t("invites.madeHint") : undefined}
			actions={
				link ? (
					<Actions link={link} />
				) : (
					<>
						<Button onClick={onClose}>{t("common.cancel")}</Button>
						<Button look="primary" busy={make.isPending} onClick={() => make.mutate(wanted)}>
							{t("invites.make")}
						</Button>
					</>
				)
			}
		>
			{link ? (
				<TextField
					label={t("invites.link")}
					hideLabel
					latin
					readOnly
					value={link}
					onFocus={(e) => e.target.select()}
				/>
			) : (
				<div className="flex flex-col gap-4">
					<SelectField label={t("invites.uses")} value={uses} onChange={(e) => setUses(e.target.value)}>
						<option value="">{t("invites.usesFree")}</option>
						{USES.map((count) => (
							<option key={count} value={count}>
								{count}
							</option>
						))}
					</SelectField>
					<SelectField label={t("invites.lasts")} value={life} onChange={(e) => setLife(e.target.value)}>
						{LIVES.map((seconds) => (
							<option key={seconds} value={seconds}>
								{duration(seconds, locale)}
							</option>
						))}
						<option value="">{t("invites.lastsForGood")}</option>
					</SelectField>
				</div>
			)}
		</Dialog>
	);
}

function Actions({ link }: { link: string }) {
	const { t } = useTranslation();
	// Phones have a sheet for it; who closes it without sharing did nothing wrong.
	const share = () => void navigator.share({ url: link }).catch(() => {});
	return (
		<>
			{"share" in navigator && (
				<Button onClick={share}>
					<Share2 size={16} aria-hidden="true" />
					{t("invites.share")}
				</Button>
			)}
			<Button look="primary" onClick={() => void copyText(link, t)}>
				<Copy size={16} aria-hidden="true" />
				{t("invites.copy")}
			</Button>
		</>
	);
}
