import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { me } from "@/test/fixtures";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { PasskeysPage } from "./passkeys-page";

const phone = { id: "p1", name: "My phone", created_at: "2026-01-01T00:00:00Z" };
const begun = { id: "c1", expires_at: "2026-01-01T00:05:00Z", options: {} };

beforeEach(() => {
	signIn();
	vi.spyOn(api.me, "show").mockResolvedValue(me());
	vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
		Response.json({ passkey_domain: location.hostname }),
	);
	const parsed = (options: unknown) => options;
	vi.stubGlobal("PublicKeyCredential", {
		parseCreationOptionsFromJSON: parsed,
		parseRequestOptionsFromJSON: parsed,
	});
});
afterEach(() => {
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
});

function device(create: () => Promise<unknown>) {
	Object.defineProperty(navigator, "credentials", { value: { create }, configurable: true });
}

it("adds a passkey by the password, the device and its name", async () => {
	const list = vi.spyOn(api.me, "passkeys").mockResolvedValueOnce({ items: [] });
	list.mockResolvedValue({ items: [phone] });
	vi.spyOn(api.me, "beginPasskey").mockResolvedValue(begun);
	const add = vi.spyOn(api.me, "addPasskey").mockResolvedValue(phone);
	device(async () => ({ toJSON: () => ({ id: "abc" }) }));
	const user = await show(<PasskeysPage />);
	await user.type(await screen.findByLabelText("Current password"), "secret words");
	await user.type(screen.getByLabelText("Name of the new passkey"), " My phone ");
	await user.click(screen.getByRole("button", { name: "Add a passkey" }));
	await screen.findByRole("listitem", { name: "My phone" });
	expect(api.me.beginPasskey).toHaveBeenCalledWith({ password: "secret words" });
	expect(add).toHaveBeenCalledWith("c1", "My phone", { id: "abc" });
	expect(screen.getByLabelText("Current password")).toHaveProperty("value", "");
});

it("keeps what was typed when the person turns back at the device", async () => {
	vi.spyOn(api.me, "passkeys").mockResolvedValue({ items: [] });
	vi.spyOn(api.me, "beginPasskey").mockResolvedValue(begun);
	device(async () => {
		throw new DOMException("no", "NotAllowedError");
	});
	const user = await show(<PasskeysPage />);
	await user.type(await screen.findByLabelText("Current password"), "secret words");
	await user.type(screen.getByLabelText("Name of the new passkey"), "My phone");
	await user.click(screen.getByRole("button", { name: "Add a passkey" }));
	await screen.findByText(/No passkey was used/);
	expect(screen.getByLabelText("Name of the new passkey")).toHaveProperty("value", "My phone");
});

it("removes a passkey, and says a wrong password at its field", async () => {
	vi.spyOn(api.me, "passkeys").mockResolvedValue({ items: [phone] });
	const remove = vi
		.spyOn(api.me, "removePasskey")
		.mockRejectedValue(refusal({ errors: [{ field: "password", code: "wrong", message: "" }] }));
	const user = await show(<PasskeysPage />);
	const button = await screen.findByRole("button", { name: "Remove My phone" });
	expect(button).toHaveProperty("disabled", true);
	await user.type(screen.getByLabelText("Current password"), "no");
	await user.click(button);
	await screen.findByText("The current password is wrong.");
	expect(remove).toHaveBeenCalledWith({ password: "no" }, "p1");
});

it("says where none can be added", async () => {
	vi.stubGlobal("PublicKeyCredential", undefined);
	vi.spyOn(api.me, "passkeys").mockResolvedValue({ items: [phone] });
	await show(<PasskeysPage />);
	await screen.findByText(/cannot be added on this page/);
	expect(screen.queryByRole("button", { name: "Add a passkey" })).toBeNull();
	screen.getByRole("button", { name: "Remove My phone" });
});
