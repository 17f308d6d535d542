import { Ban, Ellipsis, Handshake, MicOff, Shield, UserMinus, Volume2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member, Role, Room } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { rightsOver } from "./ranks";
import type { Group } from "./use-group";

const HOUR_S = 3600;

/** What the reader may do to a member of a group. */
export function MemberMenu({
	room,
	member,
	name,
	me,
	group,
}: {
	room: Room;
	member: Member;
	name: string;
	me: string;
	group: Group;
}) {
	const { t } = useTranslation();
	const [asks, setAsks] = useState<"ban" | "handOver" | null>(null);
	const rights = rightsOver(room, member, me);
	const { id } = member.user;
	if (!rights.mute && !rights.remove) return null;
	return (
		<>
			<Menu label={t("groups.actions", { name })} icon={<Ellipsis size={18} aria-hidden="true" />}>
				{rights.roles.map((role: Role) => (
					<MenuItem
						key={role}
						icon={<Shield size={16} />}
						onSelect={() => group.setRole.mutate({ user: id, role })}
					>
						{t(`groups.make.${role}`)}
					</MenuItem>
				))}
				{rights.handOver && (
					<MenuItem icon={<Handshake size={16} />} onSelect={() => setAsks("handOver")}>
						{t("groups.handOver")}
					</MenuItem>
				)}
				{rights.roles.length > 0 && <MenuSeparator />}
				<MuteItems member={member} group={group} />
				{rights.remove && (
					<>
						<MenuSeparator />
						<MenuItem icon={<UserMinus size={16} />} onSelect={() => group.remove.mutate(id)}>
							{t("groups.remove")}
						</MenuItem>
						<MenuItem danger icon={<Ban size={16} />} onSelect={() => setAsks("ban")}>
							{t("groups.ban")}
						</MenuItem>
					</>
				)}
			</Menu>
			<Sure
				open={asks === "ban"}
				onClose={() => setAsks(null)}
				title={t("groups.banTitle", { name })}
				hint={t("groups.banHint")}
				action={t("groups.banAction")}
				onSure={() => group.ban.mutate(id)}
			/>
			<Sure
				open={asks === "handOver"}
				onClose={() => setAsks(null)}
				title={t("groups.handOverTitle", { name })}
				hint={t("groups.handOverHint")}
				action={t("groups.handOverAction")}
				onSure={() => group.handOver.mutate(id)}
			/>
		</>
	);
}

function MuteItems({ member, group }: { member: Member; group: Group }) {
	const { t } = useTranslation();
	const { id } = member.user;
	if (member.muted_until)
		return (
			<MenuItem icon={<Volume2 size={16} />} onSelect={() => group.unmute.mutate(id)}>
				{t("groups.unmute")}
			</MenuItem>
		);
	const mute = (seconds: number) => () => group.mute.mutate({ user: id, seconds });
	return (
		<>
			<MenuItem icon={<MicOff size={16} />} onSelect={mute(HOUR_S)}>
				{t("groups.muteHour")}
			</MenuItem>
			<MenuItem icon={<MicOff size={16} />} onSelect={mute(24 * HOUR_S)}>
				{t("groups.muteDay")}
			</MenuItem>
		</>
	);
}

/** Asks before what is not easily undone. */
function Sure({
	open,
	onClose,
	title,
	hint,
	action,
	onSure,
}: {
	open: boolean;
	onClose: () => void;
	title: string;
	hint: string;
	action: string;
	onSure: () => void;
}) {
	const { t } = useTranslation();
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={title}
			description={hint}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button
						look="danger"
						onClick={() => {
							onSure();
							onClose();
						}}
					>
						{action}
					</Button>
				</>
			}
		/>
	);
}
