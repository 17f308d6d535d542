import { expect, it } from "vitest";
import { itemOf } from "@/sdk/reducer";
import { envelope, item, ME } from "@/test/fixtures";
import { rowsOf } from "./rows";

const at = (seq: number, time: string, sender_id = "ana") =>
	item(seq, { at: `2026-11-${time}:00.000000Z`, sender_id });
const kinds = (rows: ReturnType<typeof rowsOf>) => rows.map((r) => r.kind);

it("puts a line where a day begins, and one before the first unread message of somebody else", () => {
	const items = [at(1, "20T10:00"), at(2, "21T10:00", ME), at(3, "21T10:01")];
	expect(kinds(rowsOf(items, [], ME, 1))).toEqual(["day", "message", "day", "message", "unread", "message"]);
	expect(kinds(rowsOf(items, [], ME, null))).toEqual(["day", "message", "day", "message", "message"]);
	expect(kinds(rowsOf(items, [], ME, 3))).not.toContain("unread");
});

it("joins what one person wrote in one breath", () => {
	const items = [at(1, "20T10:00"), at(2, "20T10:04"), at(3, "20T10:30"), at(4, "20T10:31", ME)];
	const shape = rowsOf(items, [], ME, null).flatMap((r) => (r.kind === "message" ? [[r.first, r.last]] : []));
	expect(shape).toEqual([
		[true, false],
		[false, true],
		[true, true],
		[true, true],
	]);
});

it("shows what is on its way last, and a change of the room as a line", () => {
	const joined = itemOf(envelope(1, { kind: "membership", body: { user_id: "ana", change: "added" } }));
	const message = { client_id: "c", room_id: "room", text: "hi", written_at: 0, state: "pending" as const };
	const rows = rowsOf([joined], [message], ME, null);
	expect(kinds(rows)).toEqual(["day", "line", "outgoing"]);
	expect(rows.at(-1)?.key).toBe("c");
});

it("keeps the row's name when the message arrives in the timeline", () => {
	expect(rowsOf([item(1, { client_id: "c" })], [], ME, null).at(-1)?.key).toBe("c");
});
