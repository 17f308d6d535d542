import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useSignedIn } from "@/app/hooks";
import { patchPrefs, patchRead } from "@/app/live";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import type { Notify, PrefsChange, Room } from "@/sdk";
import { FOREVER } from "@/sdk/rooms";
import { toast } from "@/ui/toast";

const NIGHT_MS = 8 * 3_600_000;

/** One's own settings of a room: shown at once, taken back with a word when the server does not take them. */
export function useRoomPrefs(room: Room) {
	const { t } = useTranslation();
	const { engine } = useSignedIn();
	const client = useQueryClient();
	const navigate = useNavigate();
	const { roomId: open } = useParams({ strict: false });
	const { mutate } = useMutation({
		mutationFn: ({ change }: { change: PrefsChange; done?: string }) => api.rooms.setPrefs(room.id, change),
		onMutate: ({ change }) => patchPrefs(client, room.id, change),
		onSuccess: (_, { done }) => done && toast(done),
		onError: (cause) => {
			const { archived, pinned, marked_unread, muted_until = null, notify = null } = room;
			patchPrefs(client, room.id, { archived, pinned, marked_unread, muted_until, notify });
			toast(sayError(t, cause));
		},
		// The badge is the server's to say.
		onSettled: () => {
			void client.invalidateQueries({ queryKey: keys.rooms });
			void client.invalidateQueries({ queryKey: keys.room(room.id) });
		},
	});
	const set = (change: PrefsChange, done?: string) => mutate({ change, done });

	return {
		pin: (pinned: boolean) => set({ pinned }),
		archive: (archived: boolean) =>
			set({ archived }, t(archived ? "rooms.archivedDone" : "rooms.unarchivedDone")),
		muteForNow: () =>
			set({ muted_until: new Date(Date.now() + NIGHT_MS).toISOString() }, t("rooms.mutedDone")),
		muteForGood: () => set({ muted_until: FOREVER }, t("rooms.mutedDone")),
		unmute: () => set({ muted_until: null }),
		/** `null`: as one's settings say. */
		notify: (notify: Notify | null) => set({ notify }),
		/** An open conversation is left: looking at it would read it again. */
		markUnread: () => {
			if (open === room.id) void navigate({ to: "/rooms" });
			set({ marked_unread: true });
		},
		markRead: () => {
			if (room.unread > 0) {
				engine.positions.seen(room.id, room.head_seq);
				patchRead(client, room.id, room.head_seq);
			}
			if (room.marked_unread) set({ marked_unread: false });
		},
		unmark: () => set({ marked_unread: false }),
	};
}
