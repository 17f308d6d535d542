// The pages that are shown by a short story of their own: each takes the stage and a way to take a picture.
import { act, button, field, message, openFrom, say, writeTo } from "./people.mjs";
import { halves } from "./pictures.mjs";

/** What the first two said before. */
export const WORDS = "we won the match";

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

/** A thread beside the timeline, and over it on a phone. */
export async function threads({ ana, ben }, shoot) {
	const { page } = ben;
	await page.goto("/rooms");
	await openFrom(ben, ana.person.name);
	await act(ben, WORDS, "Reply in thread");
	const answer = page.getByRole("textbox", { name: "Reply in this thread" });
	for (const text of ["Who shot the second goal?", "I missed it, I was on the phone."]) {
		await answer.fill(text);
		await answer.press("Enter");
	}
	await page.locator("[data-thread]").getByText("on the phone").waitFor();
	await shoot(page, "thread");
	await page.goto("/rooms");
	await openFrom(ben, ana.person.name);
	await button(page, /2 replies/).waitFor();
	await shoot(page, "thread-button");
}

/** A poll: asked, and voted in. */
export async function polls({ ana, ben }, shoot) {
	const { page } = ben;
	await button(page, "More to send").click();
	await page.getByRole("menuitem", { name: "Poll…" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Question").fill("Where do we celebrate?");
	await dialog.getByLabel("Option 1", { exact: true }).fill("At Elm Street");
	await dialog.getByLabel("Option 2", { exact: true }).fill("At the river, if it does not rain");
	await shoot(page, "poll-new");
	await dialog.getByRole("button", { name: "Ask" }).click();
	await openFrom(ana, ben.person.name);
	await ana.page.getByRole("radio", { name: /^At the river/ }).check();
	await ana.page.getByRole("button", { name: "Vote", exact: true }).click();
	await page.getByText("1 person voted").waitFor();
	await shoot(page, "poll");
}

/** A message for later: the dialog, the line above the field, the list. */
export async function scheduled({ ben }, shoot) {
	const { page } = ben;
	await page.getByRole("textbox", { name: "Message", exact: true }).fill("Good morning! Did you sleep well?");
	await button(page, "Send later").click();
	await page.getByRole("dialog", { name: "Send later" }).waitFor();
	await shoot(page, "scheduled-new");
	await button(page, "Schedule").click();
	await button(page, "1 scheduled message").click();
	await page.getByRole("dialog", { name: "Scheduled messages" }).waitFor();
	await shoot(page, "scheduled");
	await page.keyboard.press("Escape");
}

/** The dialog of a group's picture, the square that one cuts, and the page with it. */
export async function groupPicture({ ana, ben }, shoot) {
	const { page } = ben;
	await makeGroup(ben, "Elm Street", [ana.person.name]);
	await page.getByRole("link", { name: /Elm Street.*members/ }).click();
	await button(page, "Change the group’s picture").click();
	await page.getByRole("dialog").waitFor();
	await shoot(page, "group-picture");
	const file = { name: "a.png", mimeType: "image/png", buffer: halves(800, 400) };
	await page.locator("input[type=file]").setInputFiles(file);
	await button(page, "Save picture").waitFor();
	await shoot(page, "group-picture-cut");
	await button(page, "Save picture").click();
	await page.getByText("Picture saved").waitFor();
	await shoot(page, "group-picture-kept");
}

/** What is left of a message whose time has come, and of one that was taken back, wherever they were shown; in Arabic, too. */
export async function gone({ ana, ben, eva }, shoot, stage) {
	const { page, context } = await stage.device(ben);
	// A clock that goes on by an hour at once.
	await context.clock.install();
	const desk = { page };
	await page.goto("/rooms");
	await stage.acquaint(eva, ben, "I will be there, too, at the match.");
	await openFrom(ana, ben.person.name);
	await openFrom(desk, ana.person.name);
	for (const text of [
		"the match is at eight, at Elm Street",
		"the code of the door is 4711: for the match alone",
	]) {
		await field(ana.page, "Message").fill(text);
		await button(ana.page, "Let this message disappear").click();
		await ana.page.getByRole("menuitem", { name: "After 1 hour" }).click();
		await field(ana.page, "Message").press("Enter");
		await message(desk, text).waitFor();
		await act(desk, text, "Star");
		await message(desk, text).locator("[data-starred]").waitFor();
	}
	await act(desk, WORDS, "Star");
	await act(desk, "at Elm Street", "Reply in thread");
	const answer = page.getByRole("textbox", { name: "Reply in this thread" });
	await answer.fill("Shall I bring something?");
	await answer.press("Enter");
	await page.locator("[data-thread]").getByText("bring something").waitFor();
	await button(page, "Close the thread").click();
	await act(desk, "the code of the door", "Reply");
	await say(desk, "Thank you, that is safe with me.");
	await say(ana, "and this was a slip");
	await act(desk, "this was a slip", "Reply");
	await say(desk, "What do you mean?");
	await act(ana, "this was a slip", "Delete…");
	await button(ana.page, "Delete").click();
	await page.getByText("Message deleted").first().waitFor();
	await field(ana.page, "Message").fill("see you, and this one goes as well");
	await button(ana.page, "Let this message disappear").click();
	await ana.page.getByRole("menuitem", { name: "After 1 hour" }).click();
	await field(ana.page, "Message").press("Enter");
	await message(desk, "see you, and").waitFor();
	await context.clock.fastForward("01:00:01");
	for (const locale of ["en", "ar"]) {
		await page.evaluate((locale) => localStorage.setItem("chatlink.locale", locale), locale);
		const words = locale === "en" ? "Message deleted" : "رسالة محذوفة";
		for (const [path, name] of [
			["/rooms", "list"],
			["/stars", "stars"],
			["/search?q=match", "search"],
		]) {
			await page.goto(path);
			await page.getByText(words).first().waitFor();
			await shoot(page, `gone-${name}-${locale}`);
		}
		await page.goto("/rooms");
		await page.getByRole("link", { name: new RegExp(ana.person.name) }).click();
		await page.getByRole("article").getByText(words).first().waitFor();
		await shoot(page, `gone-quotes-${locale}`);
		await button(page, locale === "en" ? /^Threads/ : /^سلاسل الردود/).click();
		await page.getByRole("dialog").getByText(words).first().waitFor();
		await shoot(page, `gone-threads-${locale}`);
		await page.keyboard.press("Escape");
	}
	await context.close();
}

/** In this order: the last ones block, and are blocked. */
export const STORIES = [emoji, search, threads, polls, scheduled, groupPicture, requests, gone, blocked];

async function makeGroup(window, title, names) {
	const { page } = window;
	await page.goto("/new-group");
	await field(page, "Group name").fill(title);
	for (const name of names) await page.getByRole("checkbox", { name: new RegExp(name) }).check();
	await button(page, "Create group").click();
	await page.getByRole("heading", { name: title, level: 1 }).waitFor();
}
