// People whom one keeps at hand: found by name, noted, written to, let go, and never those who block.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, EVA, link, newcomer, openFrom } from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
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
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
	await acquaint(eva, ben, { first: EVA.name, second: BEN.name });
	await ben.page.setViewportSize({ width: 360, height: 740 });
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const list = (window) => window.page.getByRole("list", { name: "Contact list" });
const row = (window, name) => list(window).getByRole("listitem", { name });
const item = (window, name) => window.page.getByRole("menuitem", { name, exact: true });

test("a person is added from a conversation, and another from the profile", async () => {
	await ben.page.goto("/contacts");
	await ben.page.getByText("Nobody here yet").waitFor();
	await assertAccessible(ben.page, "an empty contact list");
	await ben.page.goto("/rooms");
	await openFrom(ben, ANA.name);
	await button(ben.page, `More about ${ANA.name}`).click();
	await item(ben, "Add to contacts").click();
	await ben.page.getByText("Added to your contact list").waitFor();
	await button(ben.page, `More about ${ANA.name}`).click();
	await item(ben, "Remove from contacts").waitFor();
	await ben.page.keyboard.press("Escape");
	await link(ben.page, "Back").click();
	await openFrom(ben, EVA.name);
	await ben.page.getByRole("link", { name: new RegExp(EVA.name) }).click();
	await button(ben.page, `More about ${EVA.name}`).click();
	await item(ben, "Add to contacts").click();
	await ben.page.getByText("Added to your contact list").waitFor();
	await ben.page.goto("/contacts");
	await row(ben, EVA.name).waitFor();
	const names = await list(ben)
		.getByRole("listitem")
		.evaluateAll((rows) => rows.map((r) => r.ariaLabel));
	assert.deepEqual(names, [ANA.name, EVA.name]);
	await assertAccessible(ben.page, "the contact list");
	await assertFits(ben.page, "the contact list");
});

test("who is kept is found by the beginning of a name, noted, and written to", async () => {
	const search = ben.page.getByRole("searchbox", { name: "Find by name" });
	await search.fill("tor");
	await row(ben, EVA.name).waitFor({ state: "detached" });
	await row(ben, ANA.name).waitFor();
	await search.fill("xyz");
	await ben.page.getByText("Nobody by that name").waitFor();
	await search.fill("");
	await row(ben, EVA.name).waitFor();
	await button(row(ben, ANA.name), `More about ${ANA.name}`).click();
	await item(ben, "Note").click();
	await assertAccessible(ben.page, "a note");
	await ben.page.getByRole("textbox", { name: "Note" }).fill("from the film club");
	await button(ben.page, "Save").click();
	await row(ben, ANA.name).getByText("from the film club").waitFor();
	await button(row(ben, ANA.name), `Write ${ANA.name}`).click();
	await ben.page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
	await ben.page.goBack();
});

test("who blocks is gone from the list, and one takes off whom one will", async () => {
	await openFrom(eva, BEN.name);
	await button(eva.page, `More about ${BEN.name}`).click();
	await item(eva, "Block…").click();
	await button(eva.page, "Block").click();
	await eva.page.getByText("Blocked").first().waitFor();
	await ben.page.reload();
	await row(ben, ANA.name).waitFor();
	assert.equal(await row(ben, EVA.name).count(), 0);
	await button(row(ben, ANA.name), `More about ${ANA.name}`).click();
	await item(ben, "Remove from contacts").click();
	await ben.page.getByText("Nobody here yet").waitFor();
});

test("nobody's console complained", () => {
	for (const window of [ana, ben, eva]) window.assertQuiet();
});
