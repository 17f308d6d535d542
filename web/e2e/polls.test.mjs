// Two people vote on a poll and see it live, after a reload too; it is closed, and says who chose what.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, field, link, message, newcomer, openFrom } from "./support/people.mjs";
import { assertAccessible } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

const QUESTION = "What do we drink?";
let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name }, "hello");
	await openFrom(ana, BEN.name);
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const poll = (window, words = QUESTION) => message(window, words).first();

/** How often each option was chosen, as it stands there. */
const counts = (window, words) =>
	poll(window, words)
		.locator("[data-poll] .tabular-nums")
		.allTextContents()
		.then((all) => all.map(Number));

async function stands(window, wanted, words) {
	for (const end = Date.now() + 10_000; ; await window.page.waitForTimeout(50)) {
		const now = await counts(window, words);
		if (now.join() === wanted.join()) return;
		assert.ok(Date.now() < end, `the votes stand at ${now}, not at ${wanted}`);
	}
}

async function openDialog({ page }) {
	await button(page, "More to send").click();
	await page.getByRole("menuitem", { name: "Poll…", exact: true }).click();
	return page.getByRole("dialog", { name: "New poll" });
}

test("a poll is asked by keyboard alone", async () => {
	const dialog = await openDialog(ana);
	await dialog.getByLabel("Question").fill(QUESTION);
	await ana.page.keyboard.press("Tab");
	for (const option of ["Tea", "Coffee"]) {
		await ana.page.keyboard.type(option);
		await ana.page.keyboard.press("Enter");
	}
	await dialog.getByLabel("Option 3", { exact: true }).waitFor();
	await ana.page.keyboard.type("Tea");
	await dialog.getByText("Two options are the same.").waitFor();
	assert.ok(await dialog.getByRole("button", { name: "Ask" }).isDisabled());
	for (let i = 0; i < 3; i++) await ana.page.keyboard.press("Backspace");
	await ana.page.keyboard.type("Water");
	await assertAccessible(ana.page, "a new poll");
	await dialog.getByRole("button", { name: "Ask" }).press("Enter");
	await dialog.waitFor({ state: "detached" });
	for (const window of [ana, ben]) await stands(window, [0, 0, 0]);
	await poll(ben).getByText("Nobody has voted yet").waitFor();
});

test("both vote, and each sees it at once and after a reload", async () => {
	const one = poll(ben);
	await one.getByRole("radio", { name: /^Coffee/ }).check();
	await one.getByRole("button", { name: "Vote", exact: true }).click();
	for (const window of [ana, ben]) await stands(window, [0, 1, 0]);
	// The arrow keys wander without a vote.
	const tea = poll(ana).getByRole("radio", { name: /^Tea/ });
	await tea.focus();
	await tea.press("Space");
	await ana.page.keyboard.press("ArrowDown");
	await ana.page.keyboard.press("ArrowDown");
	await stands(ben, [0, 1, 0]);
	await poll(ana).getByRole("button", { name: "Vote", exact: true }).press("Enter");
	for (const window of [ana, ben]) await stands(window, [0, 1, 1]);
	await one.getByRole("radio", { name: /^Tea/ }).check();
	await one.getByRole("button", { name: "Change my vote" }).click();
	for (const window of [ana, ben]) await stands(window, [1, 0, 1]);
	await assertAccessible(ana.page, "a poll with votes");
	await ben.page.reload();
	await stands(ben, [1, 0, 1]);
	assert.ok(
		await poll(ben)
			.getByRole("radio", { name: /^Tea\s+1 vote/ })
			.isChecked(),
	);
	await poll(ben).getByRole("button", { name: "Take my vote back" }).click();
	for (const window of [ana, ben]) await stands(window, [0, 0, 1]);
	await poll(ben).getByRole("radio", { name: /^Tea/ }).check();
	await poll(ben).getByRole("button", { name: "Vote", exact: true }).click();
	await poll(ana).getByText("2 people voted").waitFor();
});

test("it is closed by who asked, and not by the other", async () => {
	const menu = async (window) => {
		await poll(window).hover();
		await poll(window).getByRole("button", { name: "Message actions" }).click();
	};
	await menu(ben);
	assert.equal(await ben.page.getByRole("menuitem", { name: "Close poll…" }).count(), 0);
	for (const name of ["Correct…", "Forward…", "Edit"])
		assert.equal(await ben.page.getByRole("menuitem", { name, exact: true }).count(), 0, name);
	await ben.page.keyboard.press("Escape");
	await menu(ana);
	await ana.page.getByRole("menuitem", { name: "Close poll…" }).click();
	await button(ana.page, "Close poll").click();
	for (const window of [ana, ben]) {
		await poll(window).locator('[data-poll="over"]').waitFor();
		assert.equal(await poll(window).getByRole("radio").count(), 0);
		await stands(window, [1, 0, 1]);
	}
	await poll(ben).getByRole("listitem").filter({ hasText: "Your choice:" }).getByText("Tea").waitFor();
	await assertAccessible(ben.page, "a poll that is closed");
});

test("several are chosen in a group, and it tells who chose what", async () => {
	await group(ana, BEN.name);
	const dialog = await openDialog(ana);
	await dialog.getByLabel("Question").fill("When?");
	await dialog.getByLabel("Option 1", { exact: true }).fill("Monday");
	await dialog.getByLabel("Option 2", { exact: true }).fill("Friday");
	await dialog.getByRole("switch", { name: "Several options may be chosen" }).click();
	await dialog.getByLabel("Closes").selectOption({ label: "After 1 day" });
	await dialog.getByRole("button", { name: "Ask" }).click();
	await openFrom(ben, "Trip");
	for (const [window, days] of [
		[ben, ["Monday", "Friday"]],
		[ana, ["Friday"]],
	]) {
		const one = poll(window, "When?");
		for (const day of days) await one.getByRole("checkbox", { name: new RegExp(`^${day}`) }).check();
		await one.getByRole("button", { name: "Vote", exact: true }).click();
	}
	for (const window of [ana, ben]) await stands(window, [1, 2], "When?");
	await assertAccessible(ana.page, "a poll in a group");
	await poll(ben, "When?")
		.getByRole("button", { name: /^2 people voted/ })
		.click();
	const who = ben.page.getByRole("dialog", { name: "Who voted" });
	const friday = who.getByRole("region", { name: "Friday" });
	await friday.getByText(ANA.name).waitFor();
	assert.equal(await friday.getByRole("listitem").count(), 2);
	assert.equal(await who.getByRole("region", { name: "Monday" }).getByRole("listitem").count(), 1);
	await assertAccessible(ben.page, "who voted");
	await who.getByRole("button", { name: "Close" }).last().click();
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});

/** Makes a group called Trip with somebody. */
async function group({ page }, name) {
	await link(page, "New group").click();
	await field(page, "Group name").fill("Trip");
	await page.getByRole("checkbox", { name: new RegExp(name) }).check();
	await button(page, "Create group").click();
	await page.getByRole("heading", { name: "Trip", level: 1 }).waitFor();
}
