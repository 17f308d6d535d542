import { expect, it, vi } from "vitest";
import { envelope, room } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { SearchPage } from "./search-page";

const box = () => screen.getByRole("searchbox", { name: "Search messages" });

it("finds words once typing pauses, and marks them", async () => {
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [room()], badge: 0 });
	const search = vi.spyOn(api.timeline, "search").mockResolvedValue({
		items: [
			{ room_id: "room", event: envelope(3, { body: { text: "tea in Köln" } }), highlights: [[7, 11]] },
		],
		complete: true,
	});
	const user = await show(<SearchPage />);
	await screen.findByText("Search your messages");
	expect(document.activeElement).toBe(box());
	await user.type(box(), "koln");
	const hit = await screen.findByRole("link", { name: /Ana Torres/ });
	expect(hit.querySelector("mark")?.textContent).toBe("Köln");
	expect(search).toHaveBeenCalledTimes(1);
	expect(search).toHaveBeenCalledWith({ q: "koln", room_id: undefined, cursor: undefined });
});

it("goes on by itself where time was up, and says when there is nothing", async () => {
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [], badge: 0 });
	const search = vi
		.spyOn(api.timeline, "search")
		.mockResolvedValueOnce({ items: [], complete: false, next_cursor: "on" })
		.mockResolvedValue({ items: [], complete: true });
	const user = await show(<SearchPage />);
	await user.type(box(), "zebra");
	await screen.findByText("Nothing found");
	expect(search).toHaveBeenLastCalledWith({ q: "zebra", room_id: undefined, cursor: "on" });
});

it("says when it failed", async () => {
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [], badge: 0 });
	vi.spyOn(api.timeline, "search").mockRejectedValue(refusal({ status: 500, code: "internal" }));
	const user = await show(<SearchPage />);
	await user.type(box(), "zebra");
	await screen.findByRole("button", { name: "Try again" }, { timeout: 5_000 });
});
