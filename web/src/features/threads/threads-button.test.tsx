import { expect, it, vi } from "vitest";
import { holdClock, passMinute } from "@/test/expiry";
import { item, room } from "@/test/fixtures";
import { api, screen, show, signIn } from "@/test/harness";
import { ThreadsButton } from "./threads-button";

it("keeps no word of a first message whose time has come", async () => {
	const expires_at = holdClock();
	signIn();
	const root = item(1, { body: { text: "only for a moment", expires_at } });
	vi.spyOn(api.timeline, "threads").mockResolvedValue({ items: [{ root, read_seq: 0, unread: 0 }] });
	const user = await show(<ThreadsButton room={room()} nameOf={() => "Ana"} onOpen={() => {}} />);
	await user.click(await screen.findByRole("button", { name: "Threads" }));
	await screen.findByText("only for a moment");
	await passMinute();
	screen.getByText("Message deleted");
	expect(screen.queryByText("only for a moment")).toBeNull();
});
