import { expect, it, vi } from "vitest";
import { api, refusal, screen, show } from "@/test/harness";
import { ResetPage } from "./reset-page";

it("walks from the login to the code to the new password, and ends logged out", async () => {
	const attempt = { id: "x", resend_at: null, expires_at: new Date().toISOString() };
	vi.spyOn(api.resets, "start").mockResolvedValue(attempt);
	const verify = vi.spyOn(api.resets, "verify").mockResolvedValue({ proof: "p", complete_by: "" });
	const complete = vi
		.spyOn(api.resets, "complete")
		.mockRejectedValueOnce(refusal({ errors: [{ field: "password", code: "too_common", message: "" }] }))
		.mockResolvedValueOnce(undefined);
	const user = await show(<ResetPage />);
	await user.type(screen.getByLabelText("Username, e-mail or mobile"), "ana{Enter}");
	await user.type(await screen.findByLabelText("Code"), "12345678{Enter}");
	expect(verify).toHaveBeenCalledWith("x", "12345678");
	await user.type(await screen.findByLabelText("New password"), "password1234{Enter}");
	await screen.findByText("Too many people use this password.");
	await user.type(screen.getByLabelText("New password"), " and more{Enter}");
	await screen.findByRole("heading", { name: "Password changed" });
	expect(complete).toHaveBeenLastCalledWith("x", "p", "password1234 and more", undefined);
});
