import { expect, it, vi } from "vitest";
import type { Settings } from "@/sdk";
import { api, refusal, screen, show, signIn } from "@/test/harness";
import { SettingsPage } from "./settings-page";

const settings: Settings = {
	locale: "en",
	theme: "system",
	typing: true,
	read_receipts: true,
	online: true,
	last_seen: true,
	find_me: "everyone",
	write_first: "everyone",
	notify: "all",
	quiet_hours: null,
};

it("switches at once, and back when the server refuses", async () => {
	signIn();
	vi.spyOn(api.me, "settings").mockResolvedValue(settings);
	const update = vi
		.spyOn(api.me, "updateSettings")
		.mockRejectedValue(refusal({ status: 503, code: "unavailable" }));
	const user = await show(<SettingsPage />);
	const online = await screen.findByRole("switch", { name: "Online" });
	await user.click(online);
	expect(update).toHaveBeenCalledWith({ online: false });
	await vi.waitFor(() => expect(online.getAttribute("aria-checked")).toBe("true"));
	await screen.findByText("The server is not available right now. Try again in a moment.");
});

it("paints the chosen theme at once", async () => {
	signIn();
	vi.spyOn(api.me, "settings").mockResolvedValue(settings);
	vi.spyOn(api.me, "updateSettings").mockResolvedValue({ ...settings, theme: "dark" });
	const user = await show(<SettingsPage />);
	await user.click(screen.getByRole("radio", { name: "Dark" }));
	expect(document.documentElement.dataset.theme).toBe("dark");
	await user.click(screen.getByRole("radio", { name: "Light" }));
	expect(document.documentElement.dataset.theme).toBe("light");
});
