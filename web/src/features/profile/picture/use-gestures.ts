import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from "react";
import { dragged, type Size, sideOf, type View, zoomed } from "./crop";

/** The side of the square on the screen. */
export const STAGE = 256;
const STEP = 8;
const BIG_STEP = 32;
const ZOOM_STEP = 1.1;

interface Point {
	x: number;
	y: number;
}

export type Change = (next: (view: View) => View) => void;

/** Moves and zooms by one finger or mouse, by two fingers, by the wheel, and by keys. */
export function useGestures(size: Size, change: Change) {
	const fingers = useRef(new Map<number, Point>());
	const stage = useRef<HTMLDivElement>(null);

	// React listens to wheels passively; here the page behind must not scroll along.
	useEffect(() => {
		const node = stage.current;
		const turn = (event: WheelEvent) => {
			event.preventDefault();
			const at = pointIn(event.currentTarget as HTMLElement, event);
			const factor = Math.exp(-event.deltaY / 400);
			change((view) => zoomed(view, size, view.zoom * factor, pixelAt(view, size, at)));
		};
		node?.addEventListener("wheel", turn, { passive: false });
		return () => node?.removeEventListener("wheel", turn);
	}, [size, change]);

	function onPointerMove(event: PointerEvent<HTMLDivElement>) {
		const before = fingers.current.get(event.pointerId);
		if (!before) return;
		const now = pointIn(event.currentTarget, event);
		const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
		fingers.current.set(event.pointerId, now);
		change((view) => {
			const pixels = sideOf(view, size) / STAGE;
			if (!other) return dragged(view, size, (now.x - before.x) * pixels, (now.y - before.y) * pixels);
			// Each of two fingers carries half of the way, and their distance the zoom.
			const moved = dragged(view, size, ((now.x - before.x) / 2) * pixels, ((now.y - before.y) / 2) * pixels);
			const centre = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
			const factor = distance(now, other) / Math.max(1, distance(before, other));
			return zoomed(moved, size, moved.zoom * factor, pixelAt(moved, size, centre));
		});
	}

	function onKeyDown(event: KeyboardEvent) {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const next = byKey(event.key, event.shiftKey ? BIG_STEP : STEP, size);
		if (!next) return;
		event.preventDefault();
		change(next);
	}

	const lift = (event: PointerEvent) => void fingers.current.delete(event.pointerId);
	return {
		ref: stage,
		onPointerDown(event: PointerEvent<HTMLDivElement>) {
			if (event.button !== 0 || fingers.current.size === 2) return;
			event.currentTarget.setPointerCapture(event.pointerId);
			fingers.current.set(event.pointerId, pointIn(event.currentTarget, event));
		},
		onPointerMove,
		onPointerUp: lift,
		onPointerCancel: lift,
		onKeyDown,
	};
}

/** What a key does; the arrows move the picture, as a drag would. */
export function byKey(key: string, step: number, size: Size): ((view: View) => View) | null {
	const move = (x: number, y: number) => (view: View) => {
		const pixels = sideOf(view, size) / STAGE;
		return dragged(view, size, x * step * pixels, y * step * pixels);
	};
	switch (key) {
		case "ArrowLeft":
			return move(-1, 0);
		case "ArrowRight":
			return move(1, 0);
		case "ArrowUp":
			return move(0, -1);
		case "ArrowDown":
			return move(0, 1);
		case "+":
		case "=":
			return (view) => zoomed(view, size, view.zoom * ZOOM_STEP);
		case "-":
		case "_":
			return (view) => zoomed(view, size, view.zoom / ZOOM_STEP);
		default:
			return null;
	}
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);

function pointIn(node: HTMLElement, event: { clientX: number; clientY: number }): Point {
	const { left, top } = node.getBoundingClientRect();
	return { x: event.clientX - left, y: event.clientY - top };
}

/** The pixel of the picture under a point of the stage. */
function pixelAt(view: View, size: Size, at: Point): Point {
	const pixels = sideOf(view, size) / STAGE;
	return { x: view.x + (at.x - STAGE / 2) * pixels, y: view.y + (at.y - STAGE / 2) * pixels };
}
