import type { Http } from "./http";
import type * as T from "./types";

/** The ways into groups. What lets people in goes in a body, never in an address: addresses are written into logs. */
export function createWaysIn(http: Http) {
	const { client } = http;
	const at = (id: T.Id) => ({ params: { path: { id } } });
	const person = (id: T.Id, user_id: T.Id) => ({ params: { path: { id, user_id } } });
	return {
		invites: (id: T.Id): Promise<T.Page<T.Invite>> => http.ask(client.GET("/v1/rooms/{id}/invites", at(id))),
		/** The answer alone holds the token: it is shown this once. */
		invite: (id: T.Id, body: T.NewInvite): Promise<T.FreshInvite> =>
			http.ask(client.POST("/v1/rooms/{id}/invites", { ...at(id), body })),
		revoke: (id: T.Id, invite_id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/invites/{invite_id}", { params: { path: { id, invite_id } } })),
		preview: (token: string): Promise<T.InvitePreview> =>
			http.ask(client.POST("/v1/invites/preview", { body: { token } })),
		/** The picture of the group behind an invite. */
		picture: async (token: string): Promise<Blob> =>
			(await http.ask(
				client.POST("/v1/invites/avatar", {
					params: { query: { size: 384 } },
					body: { token },
					parseAs: "blob",
				}),
			)) as Blob,
		join: async (token: string): Promise<T.Room> =>
			(await http.ask(client.POST("/v1/invites/join", { body: { token } }))) as T.Room,
		publicRooms: (filter: T.PublicFilter, cursor?: string): Promise<T.Page<T.PublicRoom>> =>
			http.ask(client.GET("/v1/public-rooms", { params: { query: { ...filter, cursor } } })),
		/** Comes into a public group, or asks those who lead it. */
		enter: async (id: T.Id): Promise<T.Joining> =>
			(await http.ask(client.POST("/v1/rooms/{id}/join", at(id)))) as T.Joining,
		/** Asks no more. */
		stopAsking: (id: T.Id): Promise<unknown> => http.ask(client.DELETE("/v1/rooms/{id}/join", at(id))),
		/** Whom one invited and who did not come in yet. */
		invited: (id: T.Id): Promise<T.Page<T.SentInvitation>> =>
			http.ask(client.GET("/v1/rooms/{id}/invitations", at(id))),
		uninvite: (id: T.Id, user_id: T.Id): Promise<unknown> =>
			http.ask(client.DELETE("/v1/rooms/{id}/invitations/{user_id}", person(id, user_id))),
		asking: (id: T.Id, cursor?: string): Promise<T.Page<T.Asking>> =>
			http.ask(client.GET("/v1/rooms/{id}/asking", { params: { path: { id }, query: { cursor } } })),
		letIn: (id: T.Id, user_id: T.Id): Promise<unknown> =>
			http.ask(client.POST("/v1/rooms/{id}/asking/{user_id}/accept", person(id, user_id))),
		turnAway: (id: T.Id, user_id: T.Id): Promise<unknown> =>
			http.ask(client.POST("/v1/rooms/{id}/asking/{user_id}/decline", person(id, user_id))),
	};
}
