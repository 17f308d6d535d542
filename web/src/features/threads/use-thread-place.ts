import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import type { PlaceIn } from "@/app/addresses";
import type { Id, Item } from "@/sdk";

/** Which thread of the conversation is open: the address says it, so that going back closes it and a reload keeps it. */
export function useThreadPlace(roomId: Id) {
	const navigate = useNavigate();
	const { history } = useRouter();
	const { at, thread } = useSearch({ strict: false }) as PlaceIn;
	const opened = useRef(false);

	const go = useCallback(
		(search: PlaceIn, replace: boolean) =>
			void navigate({ to: "/rooms/$roomId", params: { roomId }, search, replace }),
		[navigate, roomId],
	);
	const open = useCallback(
		(root: Id, said?: number) => {
			if (thread === undefined) opened.current = true;
			go({ at, thread: root, said }, thread !== undefined);
		},
		[go, at, thread],
	);
	const close = useCallback(() => {
		if (opened.current) history.back();
		else go({ at }, true);
	}, [go, history, at]);
	/** Goes to a message of this conversation that stands elsewhere than where one reads. */
	const goTo = useCallback(
		(item: Item) => (item.body.thread ? open(item.body.thread, item.seq) : go({ at: item.seq }, false)),
		[go, open],
	);
	useEffect(() => {
		if (thread === undefined) opened.current = false;
	}, [thread]);
	return { thread, open, close, goTo };
}
