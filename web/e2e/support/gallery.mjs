// The pages that are shown by a short story of their own: each takes the stage and a way to take a picture.
import { act, button, field, message, openFrom, say, writeTo } from "./people.mjs";

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

/** A group in which somebody is blocked: folded, shown, in the list. Leaves the block in place. */
export async function blocked({ ana, ben, eva }, shoot, stage) {
	await stage.acquaint(ben, eva);
	await makeGroup(ben, "Cine los jueves", [ana.person.name, eva.person.name]);
	await openFrom(ana, "Cine los jueves");
	await say(ana, "This film is a waste of everybody’s time, as are you.");
	await openFrom(eva, "Cine los jueves");
	await act(eva, "waste of everybody", "Reply");
	await say(eva, "Please, let us stay friendly here.");
	await message(ben, "stay friendly").waitFor();
	await openFrom(ben, ana.person.name);
	await button(ben.page, `More about ${ana.person.name}`).click();
	await ben.page.getByRole("menuitem", { name: "Block…" }).click();
	await button(ben.page, "Block").click();
	await openFrom(ben, "Cine los jueves");
	await say(ana, "And one more of these.");
	const folded = ben.page.getByRole("article", { name: /somebody you blocked/ });
	await folded.nth(1).waitFor();
	await ben.page.getByText("Blocked", { exact: true }).waitFor({ state: "detached" });
	await shoot(ben.page, "blocked");
	await folded.first().getByRole("button", { name: "Show" }).click();
	await message(ben, "waste of everybody").first().waitFor();
	await shoot(ben.page, "blocked-shown");
	await ben.page.goto("/rooms");
	await ben.page
		.getByText(/somebody you blocked/)
		.first()
		.waitFor();
	await shoot(ben.page, "blocked-list");
}

/** Somebody asks to talk, and is reported with what was said. */
export async function requests({ ben, eva }, shoot) {
	await writeTo(eva, ben.person.name);
	for (const text of ["Hello Ben! Buy a watch here: https://example.org/watches", "And that one, too!"])
		await say(eva, text);
	await message(eva, "And that one").and(eva.page.locator("[data-seq]")).waitFor();
	await ben.page.goto("/requests");
	const row = ben.page.getByRole("listitem", { name: eva.person.name });
	await row.getByText("And that one").waitFor();
	await shoot(ben.page, "requests-one");
	await row.getByRole("button", { name: `More about ${eva.person.name}` }).click();
	await shoot(ben.page, "requests-menu");
	await ben.page.getByRole("menuitem", { name: "Report…" }).click();
	await ben.page.getByRole("checkbox", { name: /Buy a watch/ }).waitFor();
	await shoot(ben.page, "requests-report");
	await button(ben.page, "Cancel").click();
}

/** A search that is narrowed, with what it found, and without. */
export async function search({ ana, ben }, shoot) {
	const { page } = ben;
	await page.goto("/search");
	await page.getByRole("searchbox").fill("match");
	await page.getByRole("list", { name: "Messages found" }).waitFor();
	await button(page, "Filters").click();
	await page.getByRole("combobox", { name: "Written by" }).selectOption({ label: ana.person.name });
	await page.getByLabel("From").fill("2020-01-31");
	await shoot(page, "search-filters");
	await button(page, "Filters").click();
	await page.getByRole("searchbox").fill("nobody said this");
	await page.getByText("Nothing found").waitFor();
	await shoot(page, "search-nothing");
}

async function makeGroup(window, title, names) {
	const { page } = window;
	await page.goto("/new-group");
	await field(page, "Group name").fill(title);
	for (const name of names) await page.getByRole("checkbox", { name: new RegExp(name) }).check();
	await button(page, "Create group").click();
	await page.getByRole("heading", { name: title, level: 1 }).waitFor();
}
