import { expect, it, vi } from "vitest";
import { holdClock, passMinute } from "@/test/expiry";
import { item, room } from "@/test/fixtures";
import { api, screen, show, signIn } from "@/test/harness";
import { StarsPage } from "./stars-page";

it("lists starred messages, each leading to its place", async () => {
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [room()], badge: 0 });
	const star = {
		room_id: "room",
		item: item(7, { starred: true }),
		starred_at: "2026-11-22T10:00:00.000000Z",
	};
	vi.spyOn(api.mine, "stars").mockResolvedValue({ items: [star] });
	await show(<StarsPage />);
	const row = await screen.findByRole("link", { name: /text 7/ });
	expect(row.getAttribute("href")).toContain("/rooms/room?at=7");
});

it("says that there are none", async () => {
	signIn();
	vi.spyOn(api.mine, "stars").mockResolvedValue({ items: [] });
	await show(<StarsPage />);
	await screen.findByText("No starred messages");
});

it("keeps no word of a message whose time has come, and still leads to its place", async () => {
	const expires_at = holdClock();
	signIn();
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [room()], badge: 0 });
	const brief = item(7, { starred: true, body: { text: "only for a moment", expires_at } });
	vi.spyOn(api.mine, "stars").mockResolvedValue({
		items: [{ room_id: "room", item: brief, starred_at: brief.at }],
	});
	await show(<StarsPage />);
	await screen.findByText("only for a moment");
	await passMinute();
	const row = screen.getByRole("link", { name: /Message deleted/ });
	expect(row.getAttribute("href")).toContain("/rooms/room?at=7");
	expect(screen.queryByText("only for a moment")).toBeNull();
});
