import { beforeEach, expect, it, vi } from "vitest";
import { useSession } from "@/app/session";
import { me } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { DeleteAccountPage } from "./delete-account-page";

const action = () => screen.getByRole("button", { name: "Delete my account for good" });

beforeEach(() => {
	signIn();
	vi.spyOn(api.me, "show").mockResolvedValue(me());
});

it("deletes nothing before the password and the name are typed, and takes messages back where that is ticked", async () => {
	const remove = vi.spyOn(api.me, "remove").mockResolvedValue(undefined);
	const user = await show(<DeleteAccountPage />);
	await user.type(screen.getByLabelText("Current password"), "secret words");
	expect(action()).toHaveProperty("disabled", true);
	await user.type(screen.getByLabelText(/To confirm/), `${me().username}x`);
	expect(action()).toHaveProperty("disabled", true);
	await user.type(screen.getByLabelText(/To confirm/), "{Backspace}");
	await user.click(screen.getByRole("checkbox"));
	await user.click(action());
	expect(remove).toHaveBeenCalledWith({ password: "secret words" }, true);
	expect(useSession.getState().session).toEqual({ kind: "out", ended: false, deleted: true });
});

it("says a wrong password at its field, and stays", async () => {
	vi.spyOn(api.me, "remove").mockRejectedValue(
		refusal({ errors: [{ field: "password", code: "wrong", message: "" }] }),
	);
	const user = await show(<DeleteAccountPage />);
	await user.type(screen.getByLabelText("Current password"), "no");
	await user.type(screen.getByLabelText(/To confirm/), `${me().username}{Enter}`);
	await screen.findByText("The current password is wrong.");
	expect(useSession.getState().session.kind).toBe("in");
});
