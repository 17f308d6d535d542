import { useNavigate } from "@tanstack/react-router";
import { Ban, Ellipsis, Flag, UserRound, UsersRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Brief, Id } from "@/sdk";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { KeepItem } from "../contact-list/keep-item";
import { BringDialog, useLedGroups } from "../groups/bring-dialog";
import { BlockDialog } from "./block-dialog";
import { ReportDialog } from "./report-dialog";

/** What one can do about a person, wherever the person is shown. */
export function PersonMenu({
	person,
	profile = true,
	request,
	onBlocked,
	children,
}: {
	person: Brief;
	profile?: boolean;
	/** The room in which the person asks to talk: a report may hold what was said there. */
	request?: Id;
	onBlocked?: () => void;
	/** What comes first, where the menu is about more than the person. */
	children?: ReactNode;
}) {
	const { t } = useTranslation();
	const navigate = useNavigate();
	const [dialog, setDialog] = useState<"block" | "report" | "bring" | null>(null);
	const leadsGroups = useLedGroups().length > 0;
	const close = () => setDialog(null);
	return (
		<>
			<Menu
				label={t("people.more", { name: person.display_name })}
				icon={<Ellipsis size={20} aria-hidden="true" />}
			>
				{children}
				{profile && (
					<MenuItem
						icon={<UserRound size={16} />}
						onSelect={() => void navigate({ to: "/people/$userId", params: { userId: person.id } })}
					>
						{t("people.viewProfile")}
					</MenuItem>
				)}
				<KeepItem user={person.id} />
				{leadsGroups && (
					<MenuItem icon={<UsersRound size={16} />} onSelect={() => setDialog("bring")}>
						{t("groups.bring")}
					</MenuItem>
				)}
				<MenuSeparator />
				<MenuItem icon={<Flag size={16} />} onSelect={() => setDialog("report")}>
					{t("report.menu")}
				</MenuItem>
				<MenuItem danger icon={<Ban size={16} />} onSelect={() => setDialog("block")}>
					{t("block.menu")}
				</MenuItem>
			</Menu>
			<BlockDialog person={person} open={dialog === "block"} onClose={close} onBlocked={onBlocked} />
			<ReportDialog person={person} offersOf={request} open={dialog === "report"} onClose={close} />
			<BringDialog person={person} open={dialog === "bring"} onClose={close} />
		</>
	);
}
