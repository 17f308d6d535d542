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
import { ThreadPanel } from "../threads/thread-panel";
import { ThreadsButton } from "../threads/threads-button";
import { useFocusBack, useRoomBeside } from "../threads/use-thread-frame";
import { useThreadPlace } from "../threads/use-thread-place";
import { useThreads } from "../threads/use-threads";
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
import { useTimeline } from "./use-timeline";

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
	const place = useThreadPlace(room.id);
	const { thread } = place;
	const { unread } = useThreads(room.id);
	const frame = useRef<HTMLDivElement>(null);
	const main = useRef<HTMLDivElement>(null);
	const beside = useRoomBeside(frame);
	const covered = thread !== undefined && !beside;
	const composer = useComposer(room, members, { aside: thread !== undefined });
	const timeline = useTimeline(room, { covered });
	useFocusBack(main, thread);
	useUnmark(room);
	const { pending } = room;
	const hasWord = mayWrite(room);
	const asks = !pending || (pending.by_me && pending.messages_left > 0);
	return (
		<div ref={frame} className="relative flex min-h-0 min-w-0 flex-1">
			<div ref={main} inert={covered} className="flex min-h-0 min-w-0 flex-1 flex-col">
				<ConversationHeader room={room}>
					<ThreadsButton room={room} nameOf={nameOf} onOpen={place.open} />
				</ConversationHeader>
				<AskingBar room={room} />
				<Timeline
					room={room}
					timeline={timeline}
					model={{
						room,
						person,
						nameOf,
						goTo: place.goTo,
						onThread: place.open,
						unreadThreads: unread,
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
			{thread && (
				<ThreadPanel
					key={thread}
					room={room}
					root={thread}
					beside={beside}
					onClose={place.close}
					goTo={place.goTo}
				/>
			)}
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
