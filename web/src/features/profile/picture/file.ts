import type { Square } from "./crop";

/** As the server takes them. */
const MOST_BYTES = 5 * 1024 * 1024;
const MOST_PIXELS = 40_000_000;
const LEAST_PIXELS = 16;
/** More is never shown, and less is sent sooner. */
const MOST_SIDE = 1024;
const QUALITY = 0.92;

export const MOST_MEGABYTES = 5;
/** What a file dialog offers. */
export const ACCEPTED = "image/png,image/jpeg,image/webp";

export type Fault = "kind" | "bytes" | "pixels" | "small" | "broken";

/** A file that cannot become a picture, and why. */
export class PictureFault extends Error {
	constructor(readonly fault: Fault) {
		super(fault);
	}
}

/** A picture that can be shown and cut: upright, whatever way the camera was held. `url` is to be released. */
export interface Opened {
	url: string;
	image: HTMLImageElement;
	width: number;
	height: number;
}

/** Opens a file that a person chose. Its bytes say what it is: its name and type may be wrong. */
export async function open(file: Blob): Promise<Opened> {
	if (file.size > MOST_BYTES) throw new PictureFault("bytes");
	const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
	if (!isPicture(head)) throw new PictureFault("kind");
	const url = URL.createObjectURL(file);
	try {
		const image = new Image();
		image.src = url;
		await image.decode().catch(() => {
			throw new PictureFault("broken");
		});
		const { naturalWidth: width, naturalHeight: height } = image;
		if (width * height > MOST_PIXELS) throw new PictureFault("pixels");
		if (Math.min(width, height) < LEAST_PIXELS) throw new PictureFault("small");
		return { url, image, width, height };
	} catch (fault) {
		URL.revokeObjectURL(url);
		throw fault;
	}
}

/**
 * Cuts the square out as a JPEG: upright, as it was seen, and without anything that the file said beside the picture, such
 * as where it was taken.
 */
export async function cut({ image }: Opened, { x, y, size }: Square): Promise<Blob> {
	const side = Math.min(size, MOST_SIDE);
	const canvas = document.createElement("canvas");
	canvas.width = side;
	canvas.height = side;
	const pen = canvas.getContext("2d");
	if (!pen) throw new PictureFault("broken");
	pen.imageSmoothingQuality = "high";
	// A JPEG knows no transparency; without a ground it would be black.
	pen.fillStyle = "#fff";
	pen.fillRect(0, 0, side, side);
	pen.drawImage(image, x, y, size, size, 0, 0, side, side);
	const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
	if (!blob) throw new PictureFault("broken");
	return blob;
}

const ascii = (bytes: Uint8Array) => String.fromCharCode(...bytes);

/** Whether a file begins as a PNG, JPEG or WebP does. */
export function isPicture(head: Uint8Array): boolean {
	const text = ascii(head);
	return (
		text.startsWith("\x89PNG\r\n\x1a\n") ||
		text.startsWith("\xff\xd8\xff") ||
		(text.startsWith("RIFF") && text.slice(8, 12) === "WEBP")
	);
}
