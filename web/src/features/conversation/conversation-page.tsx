import { Link, useParams } from "@tanstack/react-router";
import { MessageCircleOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useRoom } from "@/app/hooks";
import { asApiError, type Room } from "@/sdk";
import { buttonClass } from "@/ui/button";
import { Empty, Failed, SkeletonRows } from "@/ui/states";
import { mayWrite } from "../groups/ranks";
import { useRoomPrefs } from "../rooms/use-room-prefs";
import { ScheduledBar } from "../scheduled/scheduled-bar";
import { useScheduled } from "../scheduled/use-scheduled";
import { TimerLine } from "../timer/timer-line";
import { AskingBar } from "../ways-in/group-asking";
import { Composer } from "./composer";
import { ConversationHeader } from "./conversation-header";
import { PendingBar } from "./pending-bar";
import { SilenceBar } from "./silence-bar";
import { Timeline } from "./timeline";
import { TypingLine } from "./typing-line";
import { useComposer } from "./use-composer";
import { usePeople } from "./use-names";

export function ConversationPage() {
	const { roomId } = useParams({ from: "/inside/rooms/$roomId" });
	const { t } = useTranslation();
	const room = useRoom(roomId);
	if (room.data) return <Conversation key={roomId} room={room.data} />;
	if (room.data === null || (room.isError && asApiError(room.error).status === 404)) {
		return (
			<Empty
				icon={MessageCircleOff}
				title={t("conversation.gone")}
				action={
					<Link to="/rooms" className={buttonClass()}>
						{t("rooms.title")}
					</Link>
				}
			>
				{t("conversation.goneHint")}
			</Empty>
		);
	}
	if (room.isPending) return <SkeletonRows count={4} />;
	return <Failed cause={room.error} onRetry={() => void room.refetch()} />;
}

function Conversation({ room }: { room: Room }) {
	const { person, nameOf, members } = usePeople(room);
	const composer = useComposer(room, members);
	useUnmark(room);
	const { pending } = room;
	const hasWord = mayWrite(room);
	const asks = !pending || (pending.by_me && pending.messages_left > 0);
	return (
		<div className="flex min-h-0 min-w-0 flex-1 flex-col">
			<ConversationHeader room={room} />
			<AskingBar room={room} />
			<Timeline
				room={room}
				model={{
					room,
					person,
					nameOf,
					onReply: (item) => composer.begin({ kind: "reply", item }),
					onEdit: (item) => composer.begin({ kind: "edit", item }),
				}}
			/>
			<TypingLine roomId={room.id} nameOf={nameOf} />
			<PendingBar room={room} />
			<TimerLine room={room} />
			<Waiting room={room} />
			{hasWord ? asks && <Composer model={composer} nameOf={nameOf} /> : <SilenceBar room={room} />}
		</div>
	);
}

/** What one wrote for later stands above the field in which one writes. */
function Waiting({ room }: { room: Room }) {
	return <ScheduledBar messages={useScheduled().filter((message) => message.room_id === room.id)} />;
}

/** Opening a conversation takes the mark off that one set on it oneself. One that is set while it is open stays. */
function useUnmark(room: Room): void {
	const { unmark } = useRoomPrefs(room);
	const marked = useRef(room.marked_unread);
	useEffect(() => {
		if (marked.current) unmark();
		marked.current = false;
	}, [unmark]);
}
