// A partner corrects a message, the author answers, and takes along what was learnt.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import {
	ANA,
	acquaint,
	BEN,
	button,
	field,
	link,
	message,
	newcomer,
	openFrom,
	say,
} from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

const WORDS = "Yesterday I go to school";
const BETTER = "Yesterday I went to the school";
let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name }, WORDS);
	await openFrom(ana, BEN.name);
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

async function act(window, words, name) {
	const one = message(window, words).first();
	await one.hover();
	await one.getByRole("button", { name: "Message actions" }).click();
	await window.page.getByRole("menuitem", { name }).click();
}

const card = (window, state) => window.page.locator(`[data-correction="${state}"]`);

/** What a reader sees struck out and put in. */
const changes = (scope) =>
	scope.locator("[data-changes]").evaluate((node) =>
		[...node.querySelectorAll("del, ins")].map((change) => {
			const words = change.cloneNode(true);
			for (const spoken of words.querySelectorAll(".sr-only")) spoken.remove();
			return [change.tagName.toLowerCase(), words.textContent];
		}),
	);

async function propose(text, note = "") {
	await act(ben, WORDS, "Correct…");
	await field(ben.page, "Improved text").fill(text);
	if (note) await field(ben.page, "Why? (optional)").fill(note);
	await button(ben.page, "Send correction").click();
	await ben.page.getByRole("dialog").waitFor({ state: "detached" });
}

test("a partner improves a text and sees at once what changes", async () => {
	await act(ben, WORDS, "Correct…");
	const dialog = ben.page.getByRole("dialog", { name: "Correct this message" });
	await dialog.getByText("Nothing is changed yet.").waitFor();
	assert.ok(await button(ben.page, "Send correction").isDisabled());
	await field(ben.page, "Improved text").fill(BETTER);
	await dialog.locator("ins").first().waitFor();
	assert.deepEqual(await changes(dialog), [
		["del", "go"],
		["ins", "went"],
		["ins", " the"],
	]);
	await dialog.getByRole("combobox", { name: "What kind of mistake? (optional)" }).selectOption("Grammar");
	await field(ben.page, "Why? (optional)").fill("Simple past: it is over.");
	await assertAccessible(ben.page, "the dialog of a correction");
	await button(ben.page, "Send correction").click();
	await dialog.waitFor({ state: "detached" });
	for (const window of [ana, ben]) {
		await card(window, "open").waitFor();
		assert.deepEqual(await changes(card(window, "open")), [
			["del", "go"],
			["ins", "went"],
			["ins", " the"],
		]);
		await card(window, "open").getByText("Simple past: it is over.").waitFor();
	}
	await message(ana, WORDS).getByText(WORDS, { exact: true }).first().waitFor();
});

test("one's own words are not corrected, and the author alone answers", async () => {
	const own = message(ana, WORDS).first();
	await own.hover();
	await own.getByRole("button", { name: "Message actions" }).click();
	// A menu that is still opening hears no Escape.
	await ana.page.getByRole("menuitem", { name: "Edit" }).waitFor();
	assert.equal(await ana.page.getByRole("menuitem", { name: "Correct…" }).count(), 0);
	await ana.page.keyboard.press("Escape");
	await ana.page.getByRole("menu").waitFor({ state: "detached" });
	assert.equal(await card(ben, "open").getByRole("button", { name: "Accept" }).count(), 0);
	await card(ana, "open").getByRole("button", { name: "Accept" }).click();
	for (const window of [ana, ben]) await card(window, "accepted").getByText("Accepted").waitFor();
	await assertAccessible(ana.page, "a conversation with a correction");
});

test("a second one is declined, a third withdrawn, and an edit leaves them at their version", async () => {
	await propose("Yesterday I was at school");
	await card(ana, "open").getByRole("button", { name: "Decline" }).click();
	await card(ben, "declined").waitFor();
	await propose("Yesterday, I went to school");
	await card(ana, "open").waitFor();
	await card(ben, "open").getByRole("button", { name: "Withdraw" }).click();
	await card(ana, "open").waitFor({ state: "detached" });
	await act(ana, WORDS, "Edit");
	const input = ana.page.getByRole("textbox", { name: "Message", exact: true });
	await input.fill(`${WORDS}!`);
	await input.press("Enter");
	await card(ben, "accepted").getByText("The message was edited after this.").waitFor();
});

test("a text that was edited meanwhile is not corrected by mistake", async () => {
	await act(ben, WORDS, "Correct…");
	await act(ana, WORDS, "Edit");
	const input = ana.page.getByRole("textbox", { name: "Message", exact: true });
	await input.fill(`${WORDS}.`);
	await input.press("Enter");
	await message(ben, `${WORDS}.`).first().waitFor();
	await field(ben.page, "Improved text").fill(BETTER);
	const told = ben.expectStatus(409, ".*/corrections");
	await button(ben.page, "Send correction").click();
	await ben.page.getByText("The message was edited meanwhile. Open it again.").waitFor();
	told();
	await button(ben.page, "Cancel").click();
});

test("what was learnt is a list, a table and cards", async () => {
	await say(ana, "=dangerous();");
	await act(ben, "=dangerous();", "Correct…");
	await field(ben.page, "Improved text").fill("=dangerous!");
	await button(ben.page, "Send correction").click();
	await card(ana, "open").waitFor();
	await ana.page.goto("/profile");
	await link(ana.page, "My corrections").click();
	const list = ana.page.getByRole("list", { name: "My corrections" });
	await list.getByRole("listitem").nth(2).waitFor();
	assert.equal(await list.getByRole("listitem").count(), 3);
	await assertAccessible(ana.page, "the list of corrections");
	await assertFits(ana.page, "the list of corrections");
	for (const [filter, count] of [
		["Accepted", 1],
		["Open", 1],
		["Declined", 1],
	]) {
		await ana.page.getByRole("radio", { name: filter }).check();
		await list.locator(`[data-correction="${filter.toLowerCase()}"]`).waitFor();
		await ana.page.waitForFunction(
			(wanted) => document.querySelectorAll("[data-correction]").length === wanted,
			count,
		);
	}
	await ana.page.getByRole("radio", { name: "All" }).check();
	const table = await download("As a table (CSV)");
	assert.ok(table.startsWith("\ufeffdate,by,original"), table);
	assert.match(table, /,Ben Carter,Yesterday I go to school,Yesterday I went to the school,grammar,/);
	assert.match(table, /,"?'=dangerous\(\);"?,'=dangerous!,/);
	const cards = await download("For Anki");
	assert.ok(cards.startsWith("#separator:tab\n#html:true\n"), cards);
	assert.match(cards, /Yesterday I <del>go<\/del><ins>went<\/ins> to<ins> the<\/ins> school/);
});

async function download(name) {
	const [file] = await Promise.all([ana.page.waitForEvent("download"), button(ana.page, name).click()]);
	return readFile(await file.path(), "utf8");
}

test("with a message that is taken back its corrections are gone", async () => {
	await ana.page.goto("/rooms");
	await openFrom(ana, BEN.name);
	await act(ana, WORDS, "Delete…");
	await button(ana.page, "Delete").click();
	for (const window of [ana, ben]) {
		await card(window, "accepted").waitFor({ state: "detached" });
		assert.equal(await window.page.getByText(BETTER).count(), 0);
	}
	await ana.page.goto("/profile/corrections");
	await ana.page.getByRole("list", { name: "My corrections" }).waitFor();
	assert.equal(await ana.page.locator("[data-correction]").count(), 1);
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
