import { expect, it } from "vitest";
import type { Member, Role } from "@/sdk";
import { room } from "@/test/fixtures";
import { mayWrite, rightsOver } from "./ranks";

const over = (mine: Role, theirs: Role, id = "ana") =>
	rightsOver({ role: mine }, { role: theirs, user: { id } } as Member, "me");

it("reaches downwards only, and nobody raises above himself", () => {
	expect(over("owner", "admin")).toEqual({
		mute: true,
		remove: true,
		roles: ["member", "moderator"],
		handOver: true,
	});
	expect(over("admin", "member").roles).toEqual(["moderator", "admin"]);
	expect(over("admin", "admin")).toEqual({ mute: false, remove: false, roles: [], handOver: false });
	expect(over("moderator", "member")).toEqual({ mute: true, remove: false, roles: [], handOver: false });
	expect(over("member", "member").mute).toBe(false);
	expect(over("owner", "owner", "me").handOver).toBe(false);
});

it("knows who may write, and until when not", () => {
	const now = Date.parse("2026-11-28T10:00:00Z");
	expect(mayWrite(room(), now)).toBe(true);
	expect(mayWrite(room({ posting: "admins" }), now)).toBe(false);
	expect(mayWrite(room({ posting: "admins", role: "admin" }), now)).toBe(true);
	expect(mayWrite(room({ member_muted_until: "2026-11-28T10:00:01Z" }), now)).toBe(false);
	expect(mayWrite(room({ member_muted_until: "2026-11-28T10:00:00Z" }), now)).toBe(true);
});
