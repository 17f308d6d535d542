import { crc32, deflateSync } from "node:zlib";

export const RED = [200, 30, 40];
export const BLUE = [30, 60, 200];

/** A PNG whose left half has one colour and whose right half another. */
export function halves(width, height, left = RED, right = BLUE) {
	const line = Buffer.alloc(1 + width * 3);
	for (let x = 0; x < width; x++) line.set(x < width / 2 ? left : right, 1 + x * 3);
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 2], 8);
	const pixels = deflateSync(Buffer.concat(Array(height).fill(line)));
	const parts = [chunk("IHDR", head), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))];
	return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

function chunk(name, data) {
	const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
	const frame = Buffer.alloc(8);
	frame.writeUInt32BE(data.length, 0);
	frame.writeUInt32BE(crc32(body), 4);
	return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The same as a JPEG of a camera that was held on its side, with a note in it: upright, the left half is above. */
export async function turnedPhoto(page, width, height, note) {
	const png = halves(width, height).toString("base64");
	const jpeg = await page.evaluate(async (base64) => {
		const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
		const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
		const canvas = Object.assign(document.createElement("canvas"), {
			width: bitmap.width,
			height: bitmap.height,
		});
		canvas.getContext("2d").drawImage(bitmap, 0, 0);
		return canvas.toDataURL("image/jpeg", 0.95).split(",")[1];
	}, png);
	const photo = Buffer.from(jpeg, "base64");
	return Buffer.concat([photo.subarray(0, 2), exif(note), photo.subarray(2)]);
}

/** An APP1 segment: orientation 6 (to be turned clockwise), and a description. */
function exif(note) {
	const text = Buffer.from(`${note}\0`, "latin1");
	const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4);
	tiff.write("MM\0*", 0, "latin1");
	tiff.writeUInt32BE(8, 4);
	tiff.writeUInt16BE(2, 8);
	tiff.set([0x01, 0x0e, 0, 2], 10);
	tiff.writeUInt32BE(text.length, 14);
	tiff.writeUInt32BE(tiff.length, 18);
	tiff.set([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6], 22);
	const data = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff, text]);
	const head = Buffer.from([0xff, 0xe1, 0, 0]);
	head.writeUInt16BE(data.length + 2, 2);
	return Buffer.concat([head, data]);
}

/** What an avatar shows: its address, its own size, and the colours at its left, right, top and bottom. */
export async function shownIn(avatar) {
	return avatar.evaluate(async (image) => {
		await image.decode();
		const { naturalWidth: width, naturalHeight: height } = image;
		const canvas = Object.assign(document.createElement("canvas"), { width, height });
		const pen = canvas.getContext("2d", { willReadFrequently: true });
		pen.drawImage(image, 0, 0);
		const at = (x, y) => [...pen.getImageData(x * width, y * height, 1, 1).data.slice(0, 3)];
		const colours = { left: at(0.1, 0.5), right: at(0.9, 0.5), top: at(0.5, 0.1), bottom: at(0.5, 0.9) };
		return { address: image.currentSrc, width, height, ...colours };
	});
}

/** JPEG changes colours a little. */
export const isNear = (colour, wanted) => colour.every((part, i) => Math.abs(part - wanted[i]) < 25);
