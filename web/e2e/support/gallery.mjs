// The pages that are shown by a short story of their own: each takes the stage and a way to take a picture.
import { act, message, openFrom } from "./people.mjs";

const WORDS = "we won the match";

/** The reactions that are one press away, all others, and those that were found. */
export async function emoji({ ana, ben }, shoot) {
	await openFrom(ben, ana.person.name);
	await act(ben, WORDS, "More reactions");
	const box = ben.page.getByRole("searchbox", { name: "Search emoji" });
	await box.fill("party");
	await box.press("Enter");
	await message(ben, WORDS).getByRole("button", { name: /🎉|🥳/ }).waitFor();
	await act(ben, WORDS, "More reactions");
	await box.waitFor();
	await shoot(ben.page, "emoji");
	await box.fill("heart");
	await shoot(ben.page, "emoji-found");
	await ben.page.keyboard.press("Escape");
	await message(ben, WORDS).hover();
	await message(ben, WORDS).getByRole("button", { name: "Message actions" }).click();
	await shoot(ben.page, "message-menu");
	await ben.page.keyboard.press("Escape");
}
