import { beforeEach, expect, it, vi } from "vitest";
import { me } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { EditProfilePage } from "./edit-profile-page";

beforeEach(() => {
	signIn();
	vi.spyOn(api.me, "show").mockResolvedValue(me());
});

it("saves what was changed, languages too", async () => {
	const update = vi.spyOn(api.me, "update").mockResolvedValue(me());
	const languages = vi.spyOn(api.me, "setLanguages").mockResolvedValue(me());
	const user = await show(<EditProfilePage />);
	await user.type(screen.getByLabelText("About"), "Hello");
	await user.click(screen.getByRole("button", { name: "Add another language that you learn" }));
	await user.selectOptions(screen.getByLabelText("Learning language 2"), "de");
	await user.click(screen.getByRole("button", { name: "Save" }));
	await screen.findByText("Profile saved");
	expect(update.mock.calls[0]?.[0]).toMatchObject({ about: "Hello", display_name: "Ben Carter" });
	expect(languages.mock.calls[0]?.[0].learning_languages.map((l) => l.language)).toEqual(["es", "de"]);
});

it("puts a complaint at its field", async () => {
	vi.spyOn(api.me, "update").mockRejectedValue(
		refusal({ errors: [{ field: "display_name", code: "required", message: "" }] }),
	);
	const user = await show(<EditProfilePage />);
	await user.clear(screen.getByLabelText("Display name"));
	await user.click(screen.getByRole("button", { name: "Save" }));
	await screen.findByText("This is required.");
	expect(screen.getByLabelText("Display name").getAttribute("aria-invalid")).toBe("true");
});
