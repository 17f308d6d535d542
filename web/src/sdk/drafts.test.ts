import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Drafts } from "./drafts";

const api = { drafts: vi.fn(), setDraft: vi.fn() };
let drafts: Drafts;

beforeEach(() => {
	vi.useFakeTimers();
	localStorage.clear();
	api.drafts.mockReset().mockResolvedValue({ items: [] });
	api.setDraft.mockReset().mockResolvedValue(undefined);
	drafts = new Drafts(api, localStorage, "me");
});
afterEach(() => {
	drafts.stop();
	vi.useRealTimers();
});

const from = (text: string, room_id = "room") => ({ items: [{ room_id, text }] });

it("tells what was written once the writing pauses", async () => {
	drafts.set("room", "de");
	await vi.advanceTimersByTimeAsync(500);
	drafts.set("room", "dear");
	await vi.advanceTimersByTimeAsync(999);
	expect(api.setDraft).not.toHaveBeenCalled();
	await vi.advanceTimersByTimeAsync(1);
	expect(api.setDraft.mock.calls).toEqual([["room", "dear", undefined]]);
	drafts.set("room", "");
	await vi.advanceTimersByTimeAsync(1_000);
	expect(api.setDraft).toHaveBeenLastCalledWith("room", "", undefined);
	expect(Object.keys(localStorage)).toEqual([]);
});

it("takes what another device wrote, unless something was written here", () => {
	const changed = vi.fn();
	drafts.subscribe(changed);
	drafts.receive("room", { text: "from the phone" });
	expect(drafts.get("room")).toBe("from the phone");
	expect(changed).toHaveBeenCalledTimes(1);
	drafts.set("room", "from here");
	drafts.receive("room", { text: "from the phone again" });
	expect(drafts.get("room")).toBe("from here");
});

it("follows at the start what others did, and tells what only this device knows", async () => {
	drafts.receive("room", { text: "old" });
	api.drafts.mockResolvedValue(from("new"));
	drafts.set("other", "written offline");
	drafts.stop();
	await drafts.load();
	expect(drafts.get("room")).toBe("new");
	await vi.waitFor(() => expect(api.setDraft.mock.calls).toEqual([["other", "written offline", undefined]]));
	api.drafts.mockResolvedValue(from("written offline", "other"));
	await drafts.load();
	expect(drafts.get("room"), "sent elsewhere").toBe("");
});

it("keeps what could not be told", async () => {
	api.setDraft.mockRejectedValueOnce(new Error("away"));
	drafts.set("room", "dear");
	await vi.advanceTimersByTimeAsync(1_000);
	expect(drafts.get("room")).toBe("dear");
	await drafts.load();
	await vi.waitFor(() => expect(api.setDraft).toHaveBeenCalledTimes(2));
});

it("carries along what is answered, and takes it over", async () => {
	drafts.set("room", "as you say", "e1");
	await vi.advanceTimersByTimeAsync(1_000);
	expect(api.setDraft.mock.calls).toEqual([["room", "as you say", "e1"]]);
	drafts.receive("room", { text: "as you say", reply_to: "e2" });
	expect(drafts.answers("room")).toBe("e2");
	drafts.receive("room", { text: "" });
	expect([drafts.get("room"), drafts.answers("room")]).toEqual(["", ""]);
	expect(Object.keys(localStorage)).toEqual([]);
});

it("keeps an answer without words here, tells nobody of it, and lets no echo take it", async () => {
	drafts.set("room", "", "e1");
	await vi.advanceTimersByTimeAsync(1_000);
	expect(api.setDraft).not.toHaveBeenCalled();
	await drafts.load();
	expect(drafts.answers("room")).toBe("e1");
	drafts.setBeneath("e7", "there", "e8");
	expect([drafts.beneath("e7"), drafts.answersBeneath("e7")]).toEqual(["there", "e8"]);
});
