import { within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { screen, show, signIn } from "@/test/harness";
import { EmojiDialog } from "./emoji-dialog";

async function open() {
	signIn();
	const onPick = vi.fn();
	const user = await show(<EmojiDialog open onClose={() => {}} onPick={onPick} />);
	await screen.findByRole("searchbox", { name: "Search emoji" }, { timeout: 20_000 });
	return { user, onPick };
}

const box = () => screen.getByRole("searchbox", { name: "Search emoji" });

it("finds one by its name, and takes the first on Enter", async () => {
	const { user, onPick } = await open();
	await user.type(box(), "party pop");
	screen.getByText(/emoji found/);
	await user.keyboard("{Enter}");
	expect(onPick).toHaveBeenCalledWith("🎉");
});

it("is walked by arrow keys, and leaves upwards to the search", async () => {
	const { user } = await open();
	box().focus();
	await user.keyboard("{ArrowDown}");
	expect(document.activeElement?.getAttribute("aria-label")).toBe("grinning face");
	await user.keyboard("{ArrowRight}{ArrowDown}");
	expect(document.activeElement?.textContent).toBe("🙃");
	await user.keyboard("{ArrowUp}{ArrowUp}");
	expect(document.activeElement).toBe(box());
});

it("offers what was used last before the rest, in the tone that was chosen", async () => {
	const { user, onPick } = await open();
	await user.click(screen.getByRole("radio", { name: "Medium" }));
	await user.type(box(), "waving hand");
	await user.click(screen.getByRole("button", { name: "waving hand" }));
	expect(onPick).toHaveBeenCalledWith("👋🏽");
	await show(<EmojiDialog open onClose={() => {}} onPick={onPick} />);
	const last = (await screen.findAllByRole("region", { name: "Last used" })).at(-1);
	within(last as HTMLElement).getByText("👋🏽");
});

it("says when nothing has that name", async () => {
	const { user } = await open();
	await user.type(box(), "zzzz");
	screen.getByText("No emoji has that name.");
});
