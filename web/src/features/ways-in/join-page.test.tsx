import { beforeEach, expect, it, vi } from "vitest";
import { forgetInvitation, keepInvitation, keptInvitation } from "@/app/invitation";
import type { InvitePreview } from "@/sdk";
import { room } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { JoinPage } from "./join-page";

const preview: InvitePreview = {
	title: "Cine",
	topic: "Films",
	has_avatar: false,
	member_count: 7,
	language: "es",
	state: "open",
};

beforeEach(() => {
	signIn();
	forgetInvitation();
});

it("shows the group of the link that was kept over the login, once, and joins it", async () => {
	keepInvitation("secret");
	const look = vi.spyOn(api.waysIn, "preview").mockResolvedValue(preview);
	const join = vi.spyOn(api.waysIn, "join").mockResolvedValue(room({ kind: "group", title: "Cine" }));
	const user = await show(<JoinPage />);
	await screen.findByRole("heading", { name: "Cine", level: 2 });
	screen.getByText("7 members · Spanish");
	expect(look).toHaveBeenCalledWith("secret");
	expect(keptInvitation()).toBeNull();
	await user.click(screen.getByRole("button", { name: "Join the group" }));
	expect(join).toHaveBeenCalledWith("secret");
});

it("says that a link does not work, and asks nothing without one", async () => {
	const look = vi
		.spyOn(api.waysIn, "preview")
		.mockRejectedValue(refusal({ status: 404, code: "invite_not_found" }));
	look.mockClear();
	await show(<JoinPage />);
	await screen.findByText("This link does not work");
	expect(look).not.toHaveBeenCalled();
});

it("says why nobody can join a full group, and opens one's own", async () => {
	keepInvitation("full");
	vi.spyOn(api.waysIn, "preview").mockResolvedValue({ ...preview, state: "full" });
	await show(<JoinPage />);
	await screen.findByText("This group is full.");
	expect(screen.queryByRole("button", { name: /group/ })).toBeNull();
});
