/** UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits. Names made later sort later, to the millisecond. */
export function uuidv7(
	now: number = Date.now(),
	fill: (bytes: Uint8Array<ArrayBuffer>) => void = randomFill,
): string {
	const bytes = new Uint8Array(16);
	fill(bytes);
	let ms = now;
	for (let i = 5; i >= 0; i--) {
		bytes[i] = ms % 256;
		ms = Math.floor(ms / 256);
	}
	bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
	bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
	const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function randomFill(bytes: Uint8Array<ArrayBuffer>): void {
	crypto.getRandomValues(bytes);
}
