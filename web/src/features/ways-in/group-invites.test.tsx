import { expect, it, vi } from "vitest";
import type { Invite } from "@/sdk";
import { api, screen, show, signIn } from "@/test/harness";
import { GroupInvites } from "./group-invites";

const invite = (change: Partial<Invite> = {}): Invite => ({
	id: "one",
	created_by: { id: "ana", username: "ana_torres", display_name: "Ana Torres", avatar: null },
	created_at: "2026-11-22T10:00:00.000000Z",
	uses: 3,
	max_uses: 10,
	...change,
});

it("shows how far links have come, makes one as far as wanted, and takes one back", async () => {
	signIn();
	vi.spyOn(api.waysIn, "invites").mockResolvedValue({ items: [invite()] });
	const make = vi
		.spyOn(api.waysIn, "invite")
		.mockResolvedValue({ ...invite({ id: "two", uses: 0 }), token: "secret" });
	const revoke = vi.spyOn(api.waysIn, "revoke").mockResolvedValue(undefined);
	const user = await show(<GroupInvites roomId="room" />);
	await screen.findByText("Used: 3 of 10");
	// Its words were shown when it was made, and nowhere since.
	expect(screen.queryByRole("button", { name: "Copy the link" })).toBeNull();
	await user.click(screen.getByRole("button", { name: "New link" }));
	await user.selectOptions(screen.getByLabelText("How many may come in by it"), "1");
	await user.selectOptions(screen.getByLabelText("How long it works"), "1 day");
	await user.click(screen.getByRole("button", { name: "Make the link" }));
	expect(make).toHaveBeenCalledWith("room", { max_uses: 1, expires_in: 86_400 });
	expect(await screen.findByLabelText("Link")).toHaveProperty("value", `${location.origin}/join#secret`);
	await user.click(screen.getByRole("button", { name: "Close" }));
	await user.click(screen.getByRole("button", { name: "Take the link back" }));
	expect(revoke).toHaveBeenCalledWith("room", "one");
	await screen.findByText("The link lets nobody in any more");
});
