import { expect, it, vi } from "vitest";
import { item, room } from "@/test/fixtures";
import { api, screen, show, signIn } from "@/test/harness";
import { RequestsPage } from "./requests-page";

it("lists who asks and accepts one", async () => {
	signIn();
	const asked = room({
		pending: { by_me: false, messages_left: 0 },
		last_item: item(1, { body: { text: "may I?" } }),
	});
	vi.spyOn(api.rooms, "requests")
		.mockResolvedValueOnce({ items: [asked] })
		.mockResolvedValue({ items: [] });
	const accept = vi.spyOn(api.rooms, "accept").mockResolvedValue(undefined);
	const user = await show(<RequestsPage />);
	await screen.findByText("may I?");
	await user.click(screen.getByRole("button", { name: "Accept" }));
	expect(accept).toHaveBeenCalledWith("room");
	await screen.findByText("No requests");
});
