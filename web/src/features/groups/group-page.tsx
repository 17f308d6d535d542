import { useParams } from "@tanstack/react-router";
import { LogOut, MessageCircleOff, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoom, useSignedIn } from "@/app/hooks";
import { isEmbedded } from "@/app/session";
import type { Room } from "@/sdk";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Page, Section } from "@/ui/page";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { Switch } from "@/ui/switch";
import { useMembers } from "../conversation/use-names";
import { TimerField } from "../timer/timer-field";
import { GroupAsking } from "../ways-in/group-asking";
import { GroupDoors } from "../ways-in/group-doors";
import { GroupInvited } from "../ways-in/group-invited";
import { GroupInvites } from "../ways-in/group-invites";
import { GroupBans } from "./group-bans";
import { GroupTitle } from "./group-title";
import { GroupTopic } from "./group-topic";
import { MemberRow } from "./member-row";
import { PeoplePicker } from "./people-picker";
import { leads } from "./ranks";
import { useGroup } from "./use-group";

/** About a group: its name, its members, leaving it. */
export function GroupPage() {
	const { roomId } = useParams({ from: "/inside/rooms/$roomId/about" });
	const { t } = useTranslation();
	const room = useRoom(roomId);
	return (
		<Page title={t("groups.about")} back={`/rooms/${roomId}`}>
			{room.data ? (
				<Group room={room.data} />
			) : room.data === null ? (
				<Empty icon={MessageCircleOff} title={t("conversation.gone")}>
					{t("conversation.goneHint")}
				</Empty>
			) : room.isPending ? (
				<SkeletonRows />
			) : (
				<Failed cause={room.error} onRetry={() => void room.refetch()} />
			)}
		</Page>
	);
}

function Group({ room }: { room: Room }) {
	const { t } = useTranslation();
	const { me } = useSignedIn();
	const query = useMembers(room.id);
	const { members } = query;
	const group = useGroup(room.id);
	const [dialog, setDialog] = useState<"add" | "leave" | null>(null);
	const rules = leads(room);
	return (
		<>
			<GroupTitle room={room} editable={rules} onRename={(title) => group.change.mutateAsync({ title })} />
			<GroupTopic room={room} editable={rules} group={group} />
			<GroupAsking room={room} />
			{rules && (
				<Section title={t("groups.settings")}>
					<Switch
						label={t("groups.announcements")}
						hint={t("groups.announcementsHint")}
						checked={room.posting === "admins"}
						disabled={group.change.isPending}
						onChange={(on) => group.change.mutate({ posting: on ? "admins" : "everyone" })}
					/>
					<div className="py-3">
						<TimerField room={room} change={group.change} />
					</div>
					<GroupDoors room={room} group={group} />
				</Section>
			)}
			<Section
				title={t("groups.memberCount", { count: room.member_count })}
				actions={
					rules && (
						<Button small onClick={() => setDialog("add")}>
							<UserPlus size={16} aria-hidden="true" />
							{t("groups.add")}
						</Button>
					)
				}
			>
				{query.isPending ? (
					<SkeletonRows count={3} />
				) : (
					<ul aria-label={t("groups.members")} className="flex flex-col">
						{members.map((member) => (
							<MemberRow key={member.user.id} room={room} member={member} me={me.id} group={group} />
						))}
					</ul>
				)}
				{query.hasNextPage && (
					<Button look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
						{t("common.more")}
					</Button>
				)}
			</Section>
			{rules && <GroupInvited roomId={room.id} />}
			{rules && !isEmbedded() && <GroupInvites roomId={room.id} />}
			{rules && <GroupBans roomId={room.id} group={group} />}
			<Button look="danger" className="self-start" onClick={() => setDialog("leave")}>
				<LogOut size={16} className="rtl:-scale-x-100" aria-hidden="true" />
				{t("groups.leave")}
			</Button>
			<AddDialog
				open={dialog === "add"}
				onClose={() => setDialog(null)}
				without={members.map((m) => m.user.id)}
				busy={group.add.isPending}
				onAdd={group.add.mutateAsync}
			/>
			<Dialog
				open={dialog === "leave"}
				onClose={() => setDialog(null)}
				title={t("groups.leaveTitle")}
				description={t("groups.leaveHint")}
				actions={
					<>
						<Button onClick={() => setDialog(null)}>{t("common.cancel")}</Button>
						<Button look="danger" busy={group.leave.isPending} onClick={() => group.leave.mutate()}>
							{t("groups.leaveAction")}
						</Button>
					</>
				}
			/>
		</>
	);
}

interface AddDialogProps {
	open: boolean;
	onClose: () => void;
	without: string[];
	busy: boolean;
	onAdd: (ids: string[]) => Promise<unknown>;
}

function AddDialog({ open, onClose, without, busy, onAdd }: AddDialogProps) {
	const { t } = useTranslation();
	const [picked, setPicked] = useState<string[]>([]);
	async function add() {
		await onAdd(picked).catch(() => {});
		setPicked([]);
		onClose();
	}
	return (
		<Dialog
			open={open}
			onClose={onClose}
			title={t("groups.addTitle")}
			actions={
				<>
					<Button onClick={onClose}>{t("common.cancel")}</Button>
					<Button look="primary" disabled={picked.length === 0} busy={busy} onClick={() => void add()}>
						{t("groups.addAction", { count: picked.length })}
					</Button>
				</>
			}
		>
			<PeoplePicker picked={picked} onChange={setPicked} without={without} />
		</Dialog>
	);
}
