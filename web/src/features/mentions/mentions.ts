import type { Brief, Id, Room } from "@/sdk";

/** The word that names all members. */
export const EVERYONE = "everyone";
/** As many people one message may name. */
const MOST = 50;
const NAMED = /(?<![\p{L}\p{N}_.@])@([a-z][a-z0-9_.]{2,29})/giu;

/** Whom a text names with `@username`, among the people of the room. */
export interface Naming {
	mentions: Id[];
	all: boolean;
}

export function namingOf(text: string, people: readonly Brief[], mayNameAll: boolean): Naming {
	const byName = new Map(people.map((p) => [p.username.toLowerCase(), p.id]));
	const mentions = new Set<Id>();
	let all = false;
	for (const [, word = ""] of text.matchAll(NAMED)) {
		// A full stop may end the sentence, and not belong to the name.
		const name = word.toLowerCase();
		const id = byName.get(name) ?? byName.get(name.replace(/\.+$/, ""));
		if (id) mentions.add(id);
		else if (name.replace(/\.+$/, "") === EVERYONE) all ||= mayNameAll;
	}
	return { mentions: [...mentions].slice(0, MOST), all };
}

/** In a group who keeps order there may name all; of two people there is nobody else. */
export const mayNameAll = (room: Room) => room.kind === "group" && room.role !== "member";

/** A text in pieces: those that name somebody of `names` stand alone. */
export function namedPieces(text: string, names: readonly string[]): { text: string; name?: string }[] {
	const found: { text: string; name?: string }[] = [];
	let from = 0;
	for (const match of text.matchAll(NAMED)) {
		const word = match[1] ?? "";
		const bare = word.replace(/\.+$/, "");
		const name = [word, bare].find((spelt) => names.includes(spelt.toLowerCase()));
		if (name === undefined) continue;
		if (match.index > from) found.push({ text: text.slice(from, match.index) });
		from = match.index + 1 + name.length;
		found.push({ text: text.slice(match.index, from), name: name.toLowerCase() });
	}
	if (from < text.length) found.push({ text: text.slice(from) });
	return found;
}

/** The beginning of a name that stands before the cursor: where it begins, and what is there of it. */
export function begunName(text: string, cursor: number): { at: number; word: string } | null {
	const found = /(?<![\p{L}\p{N}_.@])@([\p{L}\p{N}_.]{0,30})$/u.exec(text.slice(0, cursor));
	return found ? { at: found.index, word: (found[1] ?? "").toLowerCase() } : null;
}

/** Who fits to what is written so far, by username or name. */
export const fitting = (people: readonly Brief[], word: string, most = 6): Brief[] =>
	people
		.filter((p) =>
			[p.username, ...p.display_name.split(/\s+/)].some((name) => name.toLowerCase().startsWith(word)),
		)
		.slice(0, most);
