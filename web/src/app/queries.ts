import { QueryClient } from "@tanstack/react-query";
import { asApiError } from "@/sdk";

const MAX_TRIES = 3;

/** Only what may pass by itself is tried again; a refusal is shown at once. */
export const queryClient = new QueryClient({
	defaultOptions: {
		queries: {
			staleTime: 30_000,
			refetchOnWindowFocus: false,
			networkMode: "always",
			retry: (tries, cause) => tries < MAX_TRIES && asApiError(cause).transient,
			retryDelay: (tries) => Math.min(500 * 2 ** tries, 5_000),
		},
		mutations: { networkMode: "always" },
	},
});

/** The names under which answers are kept. */
export const keys = {
	me: ["me"],
	settings: ["settings"],
	securityLog: ["security-log"],
	rooms: ["rooms"],
	/** Below the rooms: what changes the one list may change the other. */
	archivedRooms: ["rooms", "archived"],
	room: (id: string) => ["room", id],
	members: (id: string) => ["members", id],
	/** Below the members: who comes in is invited no more. */
	invited: (id: string) => ["members", id, "invited"],
	bans: (id: string) => ["bans", id],
	invites: (id: string) => ["invites", id],
	asking: (id: string) => ["asking", id],
	publicRooms: ["public-rooms"],
	invitation: (token: string) => ["invitation", token],
	message: (room: string, id: string) => ["message", room, id],
	corrections: (state: string) => ["corrections", state],
	scheduled: ["scheduled"],
	threads: (room: string) => ["threads", room],
	pins: (room: string) => ["pins", room],
	versions: (room: string, id: string, version: number) => ["versions", room, id, version],
	requests: ["requests"],
	matches: ["matches"],
	user: (id: string) => ["user", id],
	blocks: ["blocks"],
	/** Below the list of them. */
	blockedIds: ["blocks", "ids"],
	contactList: ["contact-list"],
	sessions: ["sessions"],
	passkeys: ["passkeys"],
	search: ["search"],
	preview: (url: string) => ["preview", url],
	stars: ["stars"],
	emoji: (locale: string) => ["emoji", locale],
	evidence: (room: string, person: string) => ["evidence", room, person],
	readers: (room: string, id: string) => ["readers", room, id],
	/** Read anew whenever the votes stand otherwise. */
	votes: (room: string, id: string, stand: string) => ["votes", room, id, stand],
} as const;
