import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { Unlink } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { forgetInvitation, keptInvitation } from "@/app/invitation";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { asApiError, type InvitePreview, type Picture } from "@/sdk";
import { Avatar } from "@/ui/avatar";
import { Button, buttonClass } from "@/ui/button";
import { Page } from "@/ui/page";
import { PictureContext, type UseAddress } from "@/ui/picture";
import { Alert, Empty, Failed, SkeletonRows } from "@/ui/states";
import { GroupFacts } from "./group-facts";

/** Where an invite link leads: what the group tells of itself, and the way in. */
export function JoinPage() {
	const { t } = useTranslation();
	const token = useToken();
	const query = useQuery({
		queryKey: keys.invitation(token),
		queryFn: () => api.waysIn.preview(token),
		enabled: token !== "",
		gcTime: 0,
	});
	const gone = token === "" || (query.isError && asApiError(query.error).status === 404);
	return (
		<Page title={t("join.title")} back="/rooms">
			{gone ? (
				<Empty
					icon={Unlink}
					title={t("join.gone")}
					action={
						<Link to="/rooms" className={buttonClass()}>
							{t("rooms.title")}
						</Link>
					}
				>
					{t("join.goneHint")}
				</Empty>
			) : query.data ? (
				<Invitation token={token} group={query.data} />
			) : query.isError ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : (
				<SkeletonRows count={1} />
			)}
		</Page>
	);
}

/** What lets one in: from behind the # of the address, or as it was kept over a login. */
function useToken(): string {
	const hash = useLocation({ select: (location) => location.hash });
	const [kept] = useState(keptInvitation);
	useEffect(forgetInvitation, []);
	return hash || kept || "";
}

function Invitation({ token, group }: { token: string; group: InvitePreview }) {
	const { t } = useTranslation();
	const join = useJoin(token);
	const picture = usePictureOf(token, group.has_avatar);
	return (
		<div className="flex flex-1 flex-col items-center justify-center gap-3 pb-16 text-center">
			<p className="text-muted">{t(group.state === "inside" ? "join.inside" : "join.invited")}</p>
			<PictureContext value={asItIs}>
				<Avatar id={group.title} name={group.title} picture={picture} size="l" />
			</PictureContext>
			<div className="min-w-0 max-w-full">
				<h2 className="text-xl break-words" dir="auto">
					{group.title}
				</h2>
				<GroupFacts group={group} />
			</div>
			{group.topic && (
				<p dir="auto" className="line-clamp-6 max-w-md break-words whitespace-pre-wrap">
					{group.topic}
				</p>
			)}
			{join.error && <Alert>{sayError(t, join.error)}</Alert>}
			{group.state === "full" ? (
				<Alert tone="info">{t("error.room_full")}</Alert>
			) : (
				<Button look="primary" className="mt-3 min-w-48" busy={join.isPending} onClick={() => join.mutate()}>
					{t(group.state === "inside" ? "join.open" : "join.action")}
				</Button>
			)}
		</div>
	);
}

/** What was fetched has an address of its own, here as in an embedded page. */
const asItIs: UseAddress = (path) => path;

/** The picture, fetched: the token that opens it is in no address. */
function usePictureOf(token: string, there: boolean): Picture | undefined {
	const { data: file } = useQuery({
		queryKey: [...keys.invitation(token), "picture"],
		queryFn: () => api.waysIn.picture(token),
		enabled: there,
		gcTime: 0,
	});
	const [picture, setPicture] = useState<Picture>();
	useEffect(() => {
		if (!file) return;
		const url = URL.createObjectURL(file);
		setPicture({ version: url, small: url, large: url });
		return () => URL.revokeObjectURL(url);
	}, [file]);
	return picture;
}

function useJoin(token: string) {
	const client = useQueryClient();
	const navigate = useNavigate();
	return useMutation({
		mutationFn: () => api.waysIn.join(token),
		onSuccess: async (room) => {
			client.setQueryData(keys.room(room.id), room);
			void client.invalidateQueries({ queryKey: keys.rooms });
			await navigate({ to: "/rooms/$roomId", params: { roomId: room.id }, replace: true });
		},
	});
}
