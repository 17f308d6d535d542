import { useTranslation } from "react-i18next";
import type { Room } from "@/sdk";
import { Button } from "@/ui/button";
import { useAnswerRequest } from "../requests/use-requests";
import { roomName } from "../rooms/room-name";

/** A first contact that waits: the one who asked is told so, the one who was asked decides. */
export function PendingBar({ room }: { room: Room }) {
	const { t } = useTranslation();
	const { accept, decline } = useAnswerRequest(room.id);
	const name = roomName(room, t);
	if (!room.pending) return null;
	if (room.pending.by_me) {
		return (
			<p
				role="status"
				className="mx-auto mb-1 max-w-3xl shrink-0 px-6 text-center text-sm text-balance text-muted"
			>
				{room.pending.messages_left > 0
					? t("requests.waiting", { name, count: room.pending.messages_left })
					: t("requests.waitingNone", { name })}
			</p>
		);
	}
	return (
		<section
			aria-label={t("requests.one")}
			className="flex shrink-0 flex-col items-center gap-3 border-t border-line bg-surface px-4 py-4 text-center"
		>
			<p className="max-w-md">{t("requests.asks", { name })}</p>
			<div className="flex gap-2">
				<Button look="danger" busy={decline.isPending} onClick={() => decline.mutate()}>
					{t("requests.decline")}
				</Button>
				<Button look="primary" busy={accept.isPending} onClick={() => accept.mutate()}>
					{t("requests.accept")}
				</Button>
			</div>
		</section>
	);
}
