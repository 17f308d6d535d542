import { expect, it } from "vitest";
import { dragged, middle, mostZoom, squareOf, within, zoomed } from "./crop";

const LANDSCAPE = { width: 1600, height: 800 };

it("begins with the largest square in the middle", () => {
	expect(squareOf(middle(LANDSCAPE), LANDSCAPE)).toEqual({ x: 400, y: 0, size: 800 });
	expect(squareOf(middle({ width: 301, height: 303 }), { width: 301, height: 303 })).toMatchObject({
		size: 301,
	});
});

it("moves against the drag, and never over an edge", () => {
	const right = dragged(middle(LANDSCAPE), LANDSCAPE, -100, 50);
	expect(squareOf(right, LANDSCAPE)).toEqual({ x: 500, y: 0, size: 800 });
	expect(squareOf(dragged(right, LANDSCAPE, -5000, 0), LANDSCAPE).x).toBe(800);
	expect(squareOf(dragged(right, LANDSCAPE, 5000, 0), LANDSCAPE).x).toBe(0);
});

it("zooms around a point that stays where it is", () => {
	const near = zoomed(middle(LANDSCAPE), LANDSCAPE, 2, { x: 600, y: 200 });
	// The point stood a quarter from the corner of the square, and still does.
	expect(squareOf(near, LANDSCAPE)).toEqual({ x: 500, y: 100, size: 400 });
	expect(zoomed(near, LANDSCAPE, 0.1)).toEqual({ ...middle(LANDSCAPE), x: 700 });
});

it("does not go in further than there are pixels", () => {
	expect(mostZoom(LANDSCAPE)).toBe(8);
	expect(mostZoom({ width: 192, height: 500 })).toBe(2);
	expect(mostZoom({ width: 40, height: 40 })).toBe(1);
	const tiny = { width: 40, height: 50 };
	expect(squareOf(within({ x: 0, y: 99, zoom: 99 }, tiny), tiny)).toEqual({ x: 0, y: 10, size: 40 });
});
