import { within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { api, screen, show, signIn } from "@/test/harness";
import { SessionsPage } from "./sessions-page";

const session = (id: string, current: boolean) => ({
	id,
	current,
	device: `Browser ${id}`,
	grant: "cookie",
	created_at: "2026-11-20T10:00:00Z",
	last_used_at: new Date().toISOString(),
});

it("lets one log out other devices, and not the one in use", async () => {
	signIn();
	vi.spyOn(api.sessions, "list").mockResolvedValue({ items: [session("a", true), session("b", false)] });
	const revoke = vi.spyOn(api.sessions, "revoke").mockResolvedValue(undefined);
	const user = await show(<SessionsPage />);
	const here = await screen.findByRole("listitem", { name: "Browser a" });
	expect(within(here).queryByRole("button")).toBeNull();
	await user.click(
		within(screen.getByRole("listitem", { name: "Browser b" })).getByRole("button", { name: "Log out" }),
	);
	expect(revoke).toHaveBeenCalledWith("b");
});
