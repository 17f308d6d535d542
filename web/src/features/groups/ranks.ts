import type { Member, Role, Room } from "@/sdk";

/** From least to most. */
const RANKS: Role[] = ["member", "moderator", "admin", "owner"];
const rank = (role: Role) => RANKS.indexOf(role);

export const leads = (room: Pick<Room, "role">) => rank(room.role) >= rank("admin");

/** What the reader may do to a member, as the permission table has it; the server has the last word. */
export function rightsOver(room: Pick<Room, "role">, member: Pick<Member, "role" | "user">, me: string) {
	const over = member.user.id !== me && rank(room.role) > rank(member.role as Role);
	const roles = RANKS.filter(
		(role) => role !== "owner" && role !== member.role && rank(role) <= rank(room.role),
	);
	return {
		mute: over && rank(room.role) >= rank("moderator"),
		remove: over && leads(room),
		roles: over && leads(room) ? roles : [],
		handOver: over && room.role === "owner",
	};
}

/** Whether the reader may say how long messages stay: either of two people once they are in contact, who leads a group. */
export const maySetTimer = (room: Room) => (room.kind === "group" ? leads(room) : room.pending == null);

/** Whether the reader may say something there now. */
export function mayWrite(room: Room, now = Date.now()): boolean {
	if (room.posting === "admins" && !leads(room)) return false;
	return room.member_muted_until == null || Date.parse(room.member_muted_until) <= now;
}
