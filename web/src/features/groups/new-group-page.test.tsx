import { expect, it, vi } from "vitest";
import { room } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { NewGroupPage } from "./new-group-page";

it("offers the people one talks with, and repeats a lost creation under the same name", async () => {
	signIn();
	const pending = room({
		id: "p",
		peer: { id: "eva", username: "eva", display_name: "Eva", avatar: null },
		pending: { by_me: true, messages_left: 1 },
	});
	vi.spyOn(api.rooms, "list").mockResolvedValue({ items: [room(), pending], badge: 0 });
	const create = vi
		.spyOn(api.rooms, "createGroup")
		.mockRejectedValueOnce(refusal({ status: 0, code: "network" }))
		.mockResolvedValue(room({ kind: "group" }));
	const user = await show(<NewGroupPage />);
	await user.click(await screen.findByRole("checkbox", { name: /Ana Torres/ }));
	expect(screen.queryByRole("checkbox", { name: /Eva/ })).toBeNull();
	await user.type(screen.getByLabelText("Group name"), "Cine");
	await user.click(screen.getByRole("button", { name: "Create group" }));
	await screen.findByText(/No connection to the server/);
	await user.click(screen.getByRole("button", { name: "Create group" }));
	const [first, second] = create.mock.calls;
	expect(first?.slice(1)).toEqual(["Cine", ["ana"]]);
	expect(second?.[0]).toBe(first?.[0]);
});
