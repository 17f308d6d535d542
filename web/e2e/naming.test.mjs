// People are named in a message, and a message is passed on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, EVA, message, newcomer, openFrom } from "./support/people.mjs";
import { assertAccessible } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
let eva;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	eva = await newcomer(browser, server.url, EVA);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name }, "the best soup is at Elm Street");
	await acquaint(eva, ben, { first: EVA.name, second: BEN.name }, "hello from Eva");
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

test("a name is completed while one writes, and who is named sees it", async () => {
	await openFrom(ana, BEN.name);
	const input = ana.page.getByRole("textbox", { name: "Message", exact: true });
	await input.click();
	await input.pressSequentially("ask @be");
	const list = ana.page.getByRole("listbox", { name: "People to name" });
	await list.getByRole("option", { name: /Ben Carter/ }).waitFor();
	await assertAccessible(ana.page, "the list of people to name");
	await ana.page.keyboard.press("Enter");
	await list.waitFor({ state: "detached" });
	await ana.page.keyboard.type("about it");
	await ana.page.keyboard.press("Enter");
	await message(ana, "ask @ben_carter about it").and(ana.page.locator("[data-seq]")).waitFor();
	await ben.page.getByText("1 message names you").waitFor({ state: "attached" });
	await openFrom(ben, ANA.name);
	await message(ben, "ask @ben_carter about it").and(ben.page.locator("[data-named]")).waitFor();
	await assertAccessible(ben.page, "a message that names one");
});

test("a message is passed on, marked, and without its author", async () => {
	await openFrom(ben, ANA.name);
	const one = message(ben, "the best soup").first();
	await one.hover();
	await one.getByRole("button", { name: "Message actions" }).click();
	await ben.page.getByRole("menuitem", { name: "Forward…" }).click();
	const dialog = ben.page.getByRole("dialog", { name: "Forward to" });
	await dialog.getByRole("button", { name: EVA.name }).waitFor();
	await assertAccessible(ben.page, "the dialog of passing on");
	await dialog.getByRole("button", { name: EVA.name }).click();
	await dialog.waitFor({ state: "detached" });
	await openFrom(eva, BEN.name);
	const passed = message(eva, "the best soup is at Elm Street");
	await passed.getByText("Forwarded").waitFor();
	assert.equal(await passed.getByText(ANA.name).count(), 0);
	await assertAccessible(eva.page, "a message that was passed on");
	await openFrom(ben, EVA.name);
	await message(ben, "the best soup").first().waitFor();
	await assertAccessible(ben.page, "one's own message that was passed on");
});

test("nothing went wrong in the console meanwhile", () => {
	for (const window of [ana, ben, eva]) window.assertQuiet();
});
