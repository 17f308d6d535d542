import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Id } from "@/sdk";

/** From here on a thread has room beside the timeline. */
const BESIDE_PX = 720;

/** Whether an element is wide enough for a thread beside the timeline: a widget may be narrow on a wide screen. */
export function useRoomBeside(frame: RefObject<HTMLElement | null>): boolean {
	const [beside, setBeside] = useState(false);
	useLayoutEffect(() => {
		const element = frame.current;
		if (!element) return;
		const measure = () => setBeside(element.clientWidth >= BESIDE_PX);
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, [frame]);
	return beside;
}

/** Gives the focus back to the message whose thread was closed. */
export function useFocusBack(timeline: RefObject<HTMLElement | null>, thread: Id | undefined): void {
	const before = useRef(thread);
	useEffect(() => {
		const closed = thread === undefined ? before.current : undefined;
		before.current = thread;
		if (closed === undefined) return;
		const message = timeline.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(closed)}"]`);
		const target = message?.querySelector<HTMLElement>("[data-replies]") ?? message;
		(target ?? timeline.current?.querySelector("h1"))?.focus({ preventScroll: true });
	}, [timeline, thread]);
}
