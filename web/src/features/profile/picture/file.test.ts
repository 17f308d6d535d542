import { expect, it } from "vitest";
import { isPicture, open } from "./file";

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

it("knows pictures by their first bytes", () => {
	for (const good of ["\x89PNG\r\n\x1a\n....", "\xff\xd8\xff\xe0....", "RIFF\0\0\0\0WEBP"])
		expect(isPicture(bytes(good))).toBe(true);
	for (const bad of ["GIF89a......", "RIFF\0\0\0\0WAVE", "<svg xmlns=", "%PDF-1.7", ""])
		expect(isPicture(bytes(bad))).toBe(false);
});

it("refuses what is no picture, whatever it calls itself, and what is too large", async () => {
	const text = new File(["not a picture at all"], "me.png", { type: "image/png" });
	await expect(open(text)).rejects.toMatchObject({ fault: "kind" });
	const large = new File([new Uint8Array(5 * 1024 * 1024 + 1)], "me.png", { type: "image/png" });
	await expect(open(large)).rejects.toMatchObject({ fault: "bytes" });
});
