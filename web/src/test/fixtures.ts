import type { Envelope, Item, Me, Profile, Room } from "@/sdk";

/** People and messages for tests: plain, and the same everywhere. */
export const ME = "me";

export const envelope = (seq: number, change: Partial<Envelope> = {}): Envelope => ({
	room_id: "room",
	seq,
	id: `e${seq}`,
	kind: "message",
	sender_id: "ana",
	at: `2026-11-22T10:00:${String(seq % 60).padStart(2, "0")}.000000Z`,
	body: { text: `text ${seq}` },
	...change,
});

export const item = (seq: number, change: Partial<Item> = {}): Item => {
	const { room_id: _, ...rest } = envelope(seq);
	return { ...rest, version: 1, redacted: false, ...change };
};

export const profile = (change: Partial<Profile> = {}): Profile => ({
	id: "ana",
	username: "ana_torres",
	display_name: "Ana Torres",
	age_band: "18_plus",
	country: "ES",
	native_languages: ["es"],
	learning_languages: [{ language: "en", level: "B1" }],
	about: "",
	status: "",
	avatar: null,
	interests: [],
	...change,
});

export const me = (change: Partial<Me> = {}): Me => ({
	...profile({
		id: ME,
		username: "ben",
		display_name: "Ben Carter",
		native_languages: ["en"],
		learning_languages: [{ language: "es", level: "A2" }],
	}),
	birth_date: "1994-04-17",
	contacts: [{ kind: "email", value: "ben@example.org", verified_at: "2026-11-22T10:00:00.000000Z" }],
	created_at: "2026-11-22T10:00:00.000000Z",
	...change,
});

export const room = (change: Partial<Room> = {}): Room => ({
	id: "room",
	kind: "direct",
	title: "",
	topic: "",
	posting: "everyone",
	visibility: "private",
	join: "open",
	peer: { id: "ana", username: "ana_torres", display_name: "Ana Torres", avatar: null },
	role: "member",
	member_count: 2,
	head_seq: 0,
	read_seq: 0,
	unread: 0,
	unread_mentions: 0,
	unread_threads: 0,
	archived: false,
	pinned: false,
	marked_unread: false,
	updated_at: "2026-11-22T10:00:00.000000Z",
	...change,
});
