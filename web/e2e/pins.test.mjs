// What is pinned stands above the messages, and an edited message shows what it said before.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, message, newcomer, openFrom, say } from "./support/people.mjs";
import { assertAccessible } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

const WORDS = "We meet at 5 Elm Street";
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
	await window.page.getByRole("menuitem", { name, exact: true }).click();
}

test("a pinned message stands above for both, and leads to its place", async () => {
	await act(ben, WORDS, "Pin");
	for (const window of [ana, ben]) await button(window.page, /^1 pinned message/).waitFor();
	for (let i = 1; i <= 40; i++) await say(ben, `line ${i}`);
	await message(ana, "line 40").first().waitFor();
	await act(ana, "line 40", "Pin");
	await button(ana.page, /^2 pinned messages/).click();
	const dialog = ana.page.getByRole("dialog", { name: "Pinned messages" });
	assert.equal(await dialog.getByRole("listitem").count(), 2);
	await assertAccessible(ana.page, "the list of pinned messages");
	await dialog.getByRole("button", { name: new RegExp(WORDS) }).click();
	await ana.page.waitForFunction(
		(words) => document.activeElement?.textContent?.includes(words) ?? false,
		WORDS,
	);
	await assertAccessible(ana.page, "a conversation with pins");
});

test("a pin is taken off for both, and goes with a message that is taken back", async () => {
	await act(ana, WORDS, "Unpin");
	for (const window of [ana, ben]) await button(window.page, /^1 pinned message/).waitFor();
	await act(ben, "line 40", "Delete…");
	await button(ben.page, "Delete").click();
	for (const window of [ana, ben])
		await button(window.page, /^1 pinned message/).waitFor({ state: "detached" });
});

test("an edited message shows what it said before", async () => {
	await say(ana, "first words");
	await message(ana, "first words").and(ana.page.locator("[data-seq]")).waitFor();
	await act(ana, "first words", "Edit");
	const input = ana.page.getByRole("textbox", { name: "Message", exact: true });
	await input.fill("second words");
	await input.press("Enter");
	const edited = message(ben, "second words").first();
	await edited.getByRole("button", { name: "Edited: show earlier versions" }).click();
	const dialog = ben.page.getByRole("dialog", { name: "Earlier versions" });
	await dialog.getByText("first words").waitFor();
	await dialog.locator("ins", { hasText: "second" }).waitFor();
	await assertAccessible(ben.page, "earlier versions");
	await button(ben.page, "Close").last().click();
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
