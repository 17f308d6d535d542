import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** An authenticator app (TOTP, RFC 6238). The server takes each step once, so each code is of a step of its own. */
export class Authenticator {
	constructor(secret) {
		this.key = Buffer.from(bytesOf(secret.replace(/[^A-Z2-7]/g, "")));
		this.last = 0;
	}

	/** The code of a step that was not used; waits for the next one where this one was. */
	async code() {
		while (Math.floor(Date.now() / STEP_MS) <= this.last)
			await new Promise((done) => setTimeout(done, STEP_MS - (Date.now() % STEP_MS) + 50));
		this.last = Math.floor(Date.now() / STEP_MS);
		const counter = Buffer.alloc(8);
		counter.writeBigUInt64BE(BigInt(this.last));
		const hash = createHmac("sha1", this.key).update(counter).digest();
		const at = hash[19] & 15;
		return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
	}
}

function bytesOf(base32) {
	const bits = [...base32].map((c) => ALPHABET.indexOf(c).toString(2).padStart(5, "0")).join("");
	return bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2));
}
