/** Pixels of a picture that stands upright. */
export interface Size {
	width: number;
	height: number;
}

/** What of a picture the square shows: the point in its middle, and how much; 1 is the largest square there is. */
export interface View {
	x: number;
	y: number;
	zoom: number;
}

/** A square of a picture, in whole pixels. */
export interface Square {
	x: number;
	y: number;
	size: number;
}

const MOST_ZOOM = 8;
/** A square of fewer pixels than the smallest avatar would only be blown up. */
const LEAST_SIDE = 96;

const short = ({ width, height }: Size) => Math.min(width, height);
const between = (low: number, value: number, high: number) => Math.min(Math.max(value, low), high);

/** As far as one may go in. */
export const mostZoom = (size: Size) => between(1, short(size) / LEAST_SIDE, MOST_ZOOM);

/** How many pixels of the picture the square is wide. */
export const sideOf = (view: View, size: Size) => short(size) / view.zoom;

/** The largest square, in the middle. */
export const middle = ({ width, height }: Size): View => ({ x: width / 2, y: height / 2, zoom: 1 });

/** The nearest view that shows nothing beside the picture. */
export function within(view: View, size: Size): View {
	const zoom = between(1, view.zoom, mostZoom(size));
	const half = short(size) / zoom / 2;
	return {
		x: between(half, view.x, size.width - half),
		y: between(half, view.y, size.height - half),
		zoom,
	};
}

/** The picture dragged by so many of its own pixels: what is shown goes the other way. */
export const dragged = (view: View, size: Size, dx: number, dy: number): View =>
	within({ ...view, x: view.x - dx, y: view.y - dy }, size);

/** Another zoom, at which the point stays where it is; the middle without one. */
export function zoomed(view: View, size: Size, wanted: number, point: Pick<View, "x" | "y"> = view): View {
	const zoom = between(1, wanted, mostZoom(size));
	const shrink = view.zoom / zoom;
	return within(
		{ x: point.x + (view.x - point.x) * shrink, y: point.y + (view.y - point.y) * shrink, zoom },
		size,
	);
}

/** The square in whole pixels, never over an edge. */
export function squareOf(view: View, size: Size): Square {
	const side = Math.max(1, Math.floor(sideOf(view, size)));
	return {
		x: between(0, Math.round(view.x - side / 2), size.width - side),
		y: between(0, Math.round(view.y - side / 2), size.height - side),
		size: side,
	};
}
