import type { Id } from "@/sdk";
import { TONES, type Tone } from "./emoji";

/** So many that were used last are offered first: two lines. */
const MOST = 16;
const recentKey = (me: Id) => `chatlink.emoji.${me}`;
const toneKey = (me: Id) => `chatlink.tone.${me}`;

/** The emoji that a person chose last on this device, the newest first. */
export function recentOf(me: Id): string[] {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(recentKey(me)) ?? "[]");
		return Array.isArray(kept) ? kept.filter((sign) => typeof sign === "string").slice(0, MOST) : [];
	} catch {
		return [];
	}
}

export function keepRecent(me: Id, sign: string): void {
	const signs = [sign, ...recentOf(me).filter((other) => other !== sign)].slice(0, MOST);
	write(recentKey(me), JSON.stringify(signs));
}

export function toneOf(me: Id): Tone | null {
	try {
		const kept = localStorage.getItem(toneKey(me));
		return TONES.find((tone) => tone === kept) ?? null;
	} catch {
		return null;
	}
}

export const keepTone = (me: Id, tone: Tone | null): void => write(toneKey(me), tone ?? "");

function write(key: string, value: string): void {
	try {
		localStorage.setItem(key, value);
	} catch {
		// A closed storage remembers nothing; choosing still works.
	}
}
