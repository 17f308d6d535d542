import type { Http } from "./http";
import type * as T from "./types";
import { createWaysIn } from "./ways-in";

/** Every call of the wire that the web client makes, by area. Each resolves to the answer's body or throws `ApiError`. */
export function createApi(http: Http) {
	return {
		http,
		registrations: createRegistrations(http),
		sessions: createSessions(http),
		resets: createResets(http),
		me: createMe(http),
		people: createPeople(http),
		rooms: createRooms(http),
		waysIn: createWaysIn(http),
		timeline: createTimeline(http),
		mine: createMine(http),
	};
}

export type Api = ReturnType<typeof createApi>;

function createRegistrations(http: Http) {
	const { client } = http;
	const at = (id: T.Id) => ({ params: { path: { id } } });
	return {
		start: (contact: string): Promise<T.Attempt> =>
			http.ask(client.POST("/v1/registrations", { body: { contact } })),
		resend: (id: T.Id): Promise<T.Attempt> => http.ask(client.POST("/v1/registrations/{id}/resend", at(id))),
		verify: (id: T.Id, code: string): Promise<T.Proof> =>
			http.ask(client.POST("/v1/registrations/{id}/verify", { ...at(id), body: { code } })),
		complete: (id: T.Id, form: T.Completion): Promise<T.LoginAnswer> =>
			keepCsrf(
				http,
				client.POST("/v1/registrations/{id}/complete", { ...at(id), body: { ...form, grant: "cookie" } }),
			),
	};
}

function createSessions(http: Http) {
	const { client } = http;
	return {
		/** `second_factor`: where the server answered that it asks for one. */
		login: (login: string, password: string, second_factor?: string): Promise<T.LoginAnswer> =>
			keepCsrf(
				http,
				client.POST("/v1/sessions", { body: { login, password, second_factor, grant: "cookie" } }),
			),
		beginPasskey: (): Promise<T.PasskeyCeremony> => http.ask(client.POST("/v1/sessions/passkey/begin")),
		loginByPasskey: (ceremony_id: T.Id, credential: T.PasskeyCredential): Promise<T.LoginAnswer> =>
			keepCsrf(
				http,
				client.POST("/v1/sessions/passkey", { body: { ceremony_id, credential, grant: "cookie" } }),
			),
		list: (): Promise<T.Page<T.SessionItem>> => http.ask(client.GET("/v1/sessions")),
		revoke: (id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/sessions/{id}", { params: { path: { id } } })),
		revokeOthers: (): Promise<unknown> => http.ask(client.POST("/v1/sessions/revoke-others")),
		logout: (): Promise<unknown> => http.ask(client.POST("/v1/sessions/logout")),
	};
}

function createResets(http: Http) {
	const { client } = http;
	const at = (id: T.Id) => ({ params: { path: { id } } });
	return {
		start: (login: string): Promise<T.Attempt> =>
			http.ask(client.POST("/v1/password-resets", { body: { login } })),
		verify: (id: T.Id, code: string): Promise<T.Proof> =>
			http.ask(client.POST("/v1/password-resets/{id}/verify", { ...at(id), body: { code } })),
		complete: (id: T.Id, proof: string, password: string, second_factor?: string): Promise<unknown> =>
			http.ask(
				client.POST("/v1/password-resets/{id}/complete", {
					...at(id),
					body: { proof, password, second_factor },
				}),
			),
	};
}

/** A file as the body of a call. */
const fileOf = (file: Blob) => ({
	body: file as never,
	bodySerializer: () => file,
	headers: { "content-type": file.type },
});

function createMe(http: Http) {
	const { client } = http;
	return {
		show: (): Promise<T.Me> => http.ask(client.GET("/v1/me")),
		update: (body: T.MePatch): Promise<T.Me> => http.ask(client.PATCH("/v1/me", { body })),
		setLanguages: (body: T.Languages): Promise<T.Me> => http.ask(client.PUT("/v1/me/languages", { body })),
		/** Already cut and small: the server keeps it in two sizes. */
		setAvatar: (picture: Blob): Promise<T.Me> => http.ask(client.PUT("/v1/me/avatar", fileOf(picture))),
		removeAvatar: (): Promise<T.Me> => http.ask(client.DELETE("/v1/me/avatar")),
		changePassword: (proof: T.OwnerProof, new_password: string): Promise<unknown> =>
			http.ask(client.PUT("/v1/me/password", { body: { ...proof, new_password } })),
		changeUsername: (proof: T.OwnerProof, username: string): Promise<unknown> =>
			http.ask(client.PUT("/v1/me/username", { body: { ...proof, username } })),
		addContact: (proof: T.OwnerProof, contact: string): Promise<T.Attempt> =>
			http.ask(client.POST("/v1/me/contacts", { body: { ...proof, contact } })),
		verifyContact: (id: T.Id, code: string): Promise<unknown> =>
			http.ask(client.POST("/v1/me/contacts/{id}/verify", { params: { path: { id } }, body: { code } })),
		removeContact: (body: T.OwnerProof, kind: string): Promise<unknown> =>
			http.ask(client.DELETE("/v1/me/contacts/{kind}", { params: { path: { kind } }, body })),
		offerFactor: (password: string): Promise<T.FactorOffer> =>
			http.ask(client.POST("/v1/me/totp", { body: { password } })),
		confirmFactor: (code: string): Promise<{ recovery_codes: string[] }> =>
			http.ask(client.POST("/v1/me/totp/confirm", { body: { code } })),
		removeFactor: (body: T.OwnerProof): Promise<unknown> => http.ask(client.DELETE("/v1/me/totp", { body })),
		renewRecoveryCodes: (body: T.OwnerProof): Promise<{ recovery_codes: string[] }> =>
			http.ask(client.POST("/v1/me/totp/recovery-codes", { body })),
		passkeys: (): Promise<T.Page<T.Passkey>> => http.ask(client.GET("/v1/me/passkeys")),
		beginPasskey: (body: T.OwnerProof): Promise<T.PasskeyCeremony> =>
			http.ask(client.POST("/v1/me/passkeys/begin", { body })),
		addPasskey: (ceremony_id: T.Id, name: string, credential: T.PasskeyCredential): Promise<T.Passkey> =>
			http.ask(client.POST("/v1/me/passkeys", { body: { ceremony_id, name, credential } })),
		removePasskey: (body: T.OwnerProof, id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/me/passkeys/{id}", { params: { path: { id } }, body })),
		/** What others improved of one's own messages, the newest first. */
		corrections: async (state?: string, cursor?: string): Promise<T.Page<T.ReceivedCorrection>> => {
			const page = await http.ask(client.GET("/v1/me/corrections", { params: { query: { state, cursor } } }));
			return page as T.Page<T.ReceivedCorrection>;
		},
		/** All of them as a file: a table, or cards for Anki. */
		correctionsFile: async (
			media: "text/csv" | "text/tab-separated-values",
			state?: string,
		): Promise<Blob> => {
			const ask = { params: { query: { state } }, headers: { accept: media }, parseAs: "blob" } as const;
			return (await http.ask(client.GET("/v1/me/corrections", ask))) as Blob;
		},
		/** Everything that is kept of oneself, as a file. */
		exportData: (): Promise<Blob> => http.ask(client.GET("/v1/me/export", { parseAs: "blob" })),
		/** For good. `redact`: one's messages are taken back, too. */
		remove: (proof: T.OwnerProof, redact: boolean): Promise<unknown> =>
			http.ask(client.DELETE("/v1/me", { body: { ...proof, redact } })),
		securityLog: (cursor?: string): Promise<T.Page<T.SecurityEvent>> =>
			http.ask(client.GET("/v1/me/security-log", { params: { query: { cursor } } })),
		settings: (): Promise<T.Settings> => http.ask(client.GET("/v1/me/settings")),
		updateSettings: (body: Partial<T.Settings>): Promise<T.Settings> =>
			http.ask(client.PATCH("/v1/me/settings", { body })),
	};
}

function createPeople(http: Http) {
	const { client } = http;
	const at = (user_id: T.Id) => ({ params: { path: { user_id } } });
	return {
		show: (id: T.Id): Promise<T.Profile> =>
			http.ask(client.GET("/v1/users/{id}", { params: { path: { id } } })),
		matches: (filter: T.MatchFilter, cursor?: string): Promise<T.Page<T.Match>> =>
			http.ask(client.GET("/v1/matches", { params: { query: { ...filter, cursor } } })),
		blocks: (cursor?: string): Promise<T.Page<T.Block>> =>
			http.ask(client.GET("/v1/blocks", { params: { query: { cursor } } })),
		block: (id: T.Id): Promise<unknown> => http.ask(client.PUT("/v1/blocks/{user_id}", at(id))),
		unblock: (id: T.Id): Promise<unknown> => http.ask(client.DELETE("/v1/blocks/{user_id}", at(id))),
		/** Those whom one keeps whose names begin so, or that one person if he is kept. */
		contactList: (filter: { q?: string; user_id?: T.Id; cursor?: string }): Promise<T.Page<T.KeptPerson>> =>
			http.ask(client.GET("/v1/contacts", { params: { query: filter } })),
		keep: (id: T.Id, note?: string): Promise<unknown> =>
			http.ask(client.PUT("/v1/contacts/{user_id}", { ...at(id), body: { note } })),
		letGo: (id: T.Id): Promise<unknown> => http.ask(client.DELETE("/v1/contacts/{user_id}", at(id))),
		report: (body: T.Report): Promise<{ id: T.Id }> => http.ask(client.POST("/v1/reports", { body })),
	};
}

/**
 * A room shows its newest item, and the kinds of items are an open set: what the schema knows of them is read as the wider
 * `Item`.
 */
const asRoom = (answer: Promise<unknown>) => answer as Promise<T.Room>;

function createRooms(http: Http) {
	const { client } = http;
	const at = (id: T.Id) => ({ params: { path: { id } } });
	const member = (id: T.Id, user_id: T.Id) => ({ params: { path: { id, user_id } } });
	const request = (room_id: T.Id) => ({ params: { path: { room_id } } });
	return {
		/** Those that are archived, or those that are not. */
		list: async (cursor?: string, archived = false): Promise<T.RoomPage> =>
			(await http.ask(client.GET("/v1/rooms", { params: { query: { cursor, archived } } }))) as T.RoomPage,
		requests: async (cursor?: string): Promise<T.Requests> =>
			(await http.ask(client.GET("/v1/requests", { params: { query: { cursor } } }))) as T.Requests,
		show: (id: T.Id) => asRoom(http.ask(client.GET("/v1/rooms/{id}", at(id)))),
		openDirect: (user_id: T.Id) =>
			asRoom(http.ask(client.POST("/v1/rooms", { body: { kind: "direct", user_id } }))),
		createGroup: (client_id: T.Id, title: string, members: T.Id[]) =>
			asRoom(http.ask(client.POST("/v1/rooms", { body: { client_id, kind: "group", title, members } }))),
		/** Title, topic, who may write; what is absent stays. */
		change: (id: T.Id, body: T.RoomPatch) =>
			asRoom(http.ask(client.PATCH("/v1/rooms/{id}", { ...at(id), body }))),
		/** Already cut and small, as one's own. */
		setAvatar: (id: T.Id, picture: Blob) =>
			asRoom(http.ask(client.PUT("/v1/rooms/{id}/avatar", { ...at(id), ...fileOf(picture) }))),
		removeAvatar: (id: T.Id) => asRoom(http.ask(client.DELETE("/v1/rooms/{id}/avatar", at(id)))),
		handOver: (id: T.Id, user_id: T.Id) =>
			asRoom(http.ask(client.POST("/v1/rooms/{id}/owner", { ...at(id), body: { user_id } }))),
		setRole: (id: T.Id, user_id: T.Id, role: T.Role): Promise<unknown> =>
			http.ask(client.PATCH("/v1/rooms/{id}/members/{user_id}", { ...member(id, user_id), body: { role } })),
		mute: (id: T.Id, user_id: T.Id, muted_until: string): Promise<unknown> =>
			http.ask(
				client.PUT("/v1/rooms/{id}/mutes/{user_id}", { ...member(id, user_id), body: { muted_until } }),
			),
		unmute: (id: T.Id, user_id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/mutes/{user_id}", member(id, user_id))),
		bans: (id: T.Id, cursor?: string): Promise<T.Page<T.Ban>> =>
			http.ask(client.GET("/v1/rooms/{id}/bans", { params: { path: { id }, query: { cursor } } })),
		ban: (id: T.Id, user_id: T.Id): Promise<unknown> =>
			http.ask(client.PUT("/v1/rooms/{id}/bans/{user_id}", member(id, user_id))),
		unban: (id: T.Id, user_id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/bans/{user_id}", member(id, user_id))),
		/** One's own settings of a room; what is absent stays, and `muted_until: null` lets it be heard again. */
		setPrefs: (id: T.Id, body: T.PrefsChange): Promise<unknown> =>
			http.ask(client.PUT("/v1/rooms/{id}/prefs", { ...at(id), body })),
		leave: (id: T.Id): Promise<unknown> => http.ask(client.POST("/v1/rooms/{id}/leave", at(id))),
		members: (id: T.Id, cursor?: string): Promise<T.Page<T.Member>> =>
			http.ask(client.GET("/v1/rooms/{id}/members", { params: { path: { id }, query: { cursor } } })),
		addMembers: (id: T.Id, user_ids: T.Id[]): Promise<T.Brought> =>
			http.ask(client.POST("/v1/rooms/{id}/members", { ...at(id), body: { user_ids } })),
		removeMember: (id: T.Id, user_id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/members/{user_id}", member(id, user_id))),
		accept: (id: T.Id): Promise<unknown> =>
			http.ask(client.POST("/v1/requests/{room_id}/accept", request(id))),
		decline: (id: T.Id): Promise<unknown> =>
			http.ask(client.POST("/v1/requests/{room_id}/decline", request(id))),
	};
}

/** Which page of a timeline: one of the four, or the newest. A day is meant by the clocks of its time zone. */
export interface PlaceAt {
	before?: number;
	after?: number;
	around?: number;
	date?: string;
	time_zone?: string;
}

function createTimeline(http: Http) {
	const { client } = http;
	const one = (id: T.Id, message_id: T.Id) => ({ params: { path: { id, message_id } } });
	const mark = (id: T.Id, message_id: T.Id, key: string) => ({ params: { path: { id, message_id, key } } });
	const improved = (id: T.Id, message_id: T.Id, correction_id: T.Id) => ({
		params: { path: { id, message_id, correction_id } },
	});
	return {
		page: async (id: T.Id, at: PlaceAt = {}, limit = 50, thread?: T.Id): Promise<T.TimelinePage> => {
			const page = await http.ask(
				client.GET("/v1/rooms/{id}/timeline", { params: { path: { id }, query: { ...at, limit, thread } } }),
			);
			return page as T.TimelinePage;
		},
		/** The threads of a room that one follows, the one in which something was said last first. */
		threads: async (id: T.Id, cursor?: string): Promise<T.Page<T.FollowedThread>> => {
			const page = await http.ask(
				client.GET("/v1/rooms/{id}/threads", { params: { path: { id }, query: { cursor } } }),
			);
			return page as T.Page<T.FollowedThread>;
		},
		events: async (id: T.Id, after: number, limit = 200): Promise<T.EventsPage> => {
			const page = await http.ask(
				client.GET("/v1/rooms/{id}/events", { params: { path: { id }, query: { after, limit } } }),
			);
			return page as T.EventsPage;
		},
		message: async (room: T.Id, id: T.Id): Promise<T.Item> => {
			const item = await http.ask(client.GET("/v1/rooms/{id}/messages/{message_id}", one(room, id)));
			return item as T.Item;
		},
		edit: (room: T.Id, id: T.Id, text: string): Promise<unknown> =>
			http.ask(client.PATCH("/v1/rooms/{id}/messages/{message_id}", { ...one(room, id), body: { text } })),
		redact: (room: T.Id, id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/messages/{message_id}", one(room, id))),
		react: (room: T.Id, id: T.Id, key: string): Promise<unknown> =>
			http.ask(client.PUT("/v1/rooms/{id}/messages/{message_id}/reactions/{key}", mark(room, id, key))),
		unreact: (room: T.Id, id: T.Id, key: string): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/messages/{message_id}/reactions/{key}", mark(room, id, key))),
		/** What the page behind a link says of itself; `null`: nothing. */
		preview: async (url: string): Promise<T.LinkPreview | null> =>
			(await http.ask(client.POST("/v1/link-previews", { body: { url } }))) ?? null,
		search: async (body: T.SearchRequest): Promise<T.SearchPage> =>
			(await http.ask(client.POST("/v1/search", { body }))) as T.SearchPage,
		forward: (room: T.Id, client_id: T.Id, forward: { room_id: T.Id; message_id: T.Id }): Promise<unknown> =>
			http.ask(
				client.POST("/v1/rooms/{id}/messages", {
					params: { path: { id: room } },
					body: { client_id, forward },
				}),
			),
		ask: (room: T.Id, body: T.NewPoll): Promise<unknown> =>
			http.ask(client.POST("/v1/rooms/{id}/messages", { params: { path: { id: room } }, body })),
		/** Without choices the vote is taken back. */
		vote: (room: T.Id, id: T.Id, choices: number[]): Promise<unknown> =>
			http.ask(
				client.PUT("/v1/rooms/{id}/messages/{message_id}/vote", { ...one(room, id), body: { choices } }),
			),
		closePoll: (room: T.Id, id: T.Id): Promise<unknown> =>
			http.ask(client.POST("/v1/rooms/{id}/messages/{message_id}/close", one(room, id))),
		votes: (room: T.Id, message_id: T.Id, cursor?: string): Promise<T.Page<T.PersonsVote>> =>
			http.ask(
				client.GET("/v1/rooms/{id}/messages/{message_id}/votes", {
					params: { path: { id: room, message_id }, query: { cursor, limit: 200 } },
				}),
			),
		scheduled: async (): Promise<{ items: T.Scheduled[] }> =>
			(await http.ask(client.GET("/v1/me/scheduled"))) as { items: T.Scheduled[] },
		schedule: (client_id: T.Id, body: T.ScheduleRequest): Promise<unknown> =>
			http.ask(client.PUT("/v1/me/scheduled/{client_id}", { params: { path: { client_id } }, body })),
		unschedule: (client_id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/me/scheduled/{client_id}", { params: { path: { client_id } } })),
		pins: async (id: T.Id): Promise<{ items: T.Item[] }> => {
			const pins = await http.ask(client.GET("/v1/rooms/{id}/pins", { params: { path: { id } } }));
			return pins as { items: T.Item[] };
		},
		pin: (room: T.Id, id: T.Id): Promise<unknown> =>
			http.ask(client.PUT("/v1/rooms/{id}/pins/{message_id}", one(room, id))),
		unpin: (room: T.Id, id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/pins/{message_id}", one(room, id))),
		versions: (room: T.Id, id: T.Id): Promise<{ items: T.MessageVersion[] }> =>
			http.ask(client.GET("/v1/rooms/{id}/messages/{message_id}/versions", one(room, id))),
		correct: (room: T.Id, id: T.Id, body: T.NewCorrection): Promise<unknown> =>
			http.ask(client.POST("/v1/rooms/{id}/messages/{message_id}/corrections", { ...one(room, id), body })),
		accept: (room: T.Id, id: T.Id, correction: T.Id): Promise<unknown> =>
			http.ask(
				client.POST(
					"/v1/rooms/{id}/messages/{message_id}/corrections/{correction_id}/accept",
					improved(room, id, correction),
				),
			),
		decline: (room: T.Id, id: T.Id, correction: T.Id): Promise<unknown> =>
			http.ask(
				client.POST(
					"/v1/rooms/{id}/messages/{message_id}/corrections/{correction_id}/decline",
					improved(room, id, correction),
				),
			),
		withdraw: (room: T.Id, id: T.Id, correction: T.Id): Promise<unknown> =>
			http.ask(
				client.DELETE(
					"/v1/rooms/{id}/messages/{message_id}/corrections/{correction_id}",
					improved(room, id, correction),
				),
			),
		receipts: (id: T.Id): Promise<T.Receipts> =>
			http.ask(client.GET("/v1/rooms/{id}/receipts", { params: { path: { id } } })),
	};
}

/** What one keeps for oneself, and who has read. */
function createMine(http: Http) {
	const { client } = http;
	const one = (id: T.Id, message_id: T.Id) => ({ params: { path: { id, message_id } } });
	return {
		star: (room: T.Id, id: T.Id): Promise<unknown> =>
			http.ask(client.PUT("/v1/rooms/{id}/messages/{message_id}/star", one(room, id))),
		unstar: (room: T.Id, id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/messages/{message_id}/star", one(room, id))),
		stars: async (cursor?: string): Promise<T.Page<T.StarItem>> =>
			(await http.ask(client.GET("/v1/me/stars", { params: { query: { cursor } } }))) as T.Page<T.StarItem>,
		hide: (room: T.Id, id: T.Id): Promise<unknown> =>
			http.ask(client.PUT("/v1/rooms/{id}/messages/{message_id}/hide", one(room, id))),
		drafts: (): Promise<T.Page<T.Draft>> => http.ask(client.GET("/v1/me/drafts")),
		setDraft: (id: T.Id, text: string, reply_to?: T.Id): Promise<unknown> =>
			http.ask(client.PUT("/v1/rooms/{id}/draft", { params: { path: { id } }, body: { text, reply_to } })),
		readers: (room: T.Id, id: T.Id): Promise<T.Page<T.Person>> =>
			http.ask(client.GET("/v1/rooms/{id}/messages/{message_id}/readers", one(room, id))),
	};
}

async function keepCsrf(
	http: Http,
	answer: Parameters<typeof http.ask<T.LoginAnswer>>[0],
): Promise<T.LoginAnswer> {
	const given = await http.ask(answer);
	if (given?.csrf_token) http.csrf = given.csrf_token;
	return given;
}
