import { beforeEach, expect, it, vi } from "vitest";
import { me } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { SecondFactorPage } from "./second-factor-page";

beforeEach(() => {
	signIn();
	vi.spyOn(api.me, "show").mockResolvedValue(me());
});

it("leads from the password over the first code to codes that one puts away", async () => {
	const offer = { secret: "ABCDEFGH", otpauth_url: "otpauth://totp/x", qr: "data:image/svg+xml;base64,AA==" };
	vi.spyOn(api.me, "offerFactor").mockResolvedValue(offer);
	const confirm = vi
		.spyOn(api.me, "confirmFactor")
		.mockRejectedValueOnce(refusal({ code: "code_wrong" }))
		.mockResolvedValueOnce({ recovery_codes: ["AAAA-BBBB", "CCCC-DDDD"] });
	const user = await show(<SecondFactorPage />);
	await user.type(screen.getByLabelText("Current password"), "secret words{Enter}");
	await screen.findByText("ABCD EFGH");
	await user.type(screen.getByLabelText("The code that the app shows now"), "111 111{Enter}");
	await screen.findByText(/That code is wrong/);
	await user.type(screen.getByLabelText("The code that the app shows now"), "222222{Enter}");
	await screen.findByText("AAAA-BBBB");
	expect(confirm).toHaveBeenLastCalledWith("222222");
	expect(screen.getByRole("button", { name: "Done" })).toHaveProperty("disabled", true);
	await user.click(screen.getByRole("checkbox"));
	await user.click(screen.getByRole("button", { name: "Done" }));
	expect(screen.queryByText("AAAA-BBBB")).toBeNull();
});

it("says a wrong password at its field", async () => {
	vi.spyOn(api.me, "offerFactor").mockRejectedValue(
		refusal({ errors: [{ field: "password", code: "wrong", message: "" }] }),
	);
	const user = await show(<SecondFactorPage />);
	await user.type(screen.getByLabelText("Current password"), "no{Enter}");
	await screen.findByText("The current password is wrong.");
	expect(screen.queryByRole("alert")).toBeNull();
});
