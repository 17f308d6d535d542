// What was said is found by its words, in all conversations or in one, and the way leads to it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, link, message, newcomer, openFrom, say } from "./support/people.mjs";
import { Server } from "./support/server.mjs";

const LINES = 80;
let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name }, "Let us meet in Köln");
	await openFrom(ben, ANA.name);
	for (let i = 1; i <= LINES; i++) await say(ben, `line ${i}`);
	await say(ben, "明日は東京へ行く");
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const box = () => ana.page.getByRole("searchbox", { name: "Search messages" });
const results = () => ana.page.getByRole("list", { name: "Messages found" }).getByRole("link");

test("words are found from the list, whatever their case and marks, and lead to the message", async () => {
	await ana.page.goto("/rooms");
	await link(ana.page, "Search messages").click();
	await box().fill("KOLN");
	await results().first().waitFor();
	assert.equal(await results().count(), 1);
	assert.equal(await results().locator("mark").textContent(), "Köln");
	await results().first().click();
	await ana.page.locator("article[data-seq='1']").waitFor();
	await ana.page.waitForFunction(() => document.activeElement?.getAttribute("data-seq") === "1");
	await button(ana.page, /To the newest/).waitFor();
	await ana.page.goBack();
	await results().first().waitFor();
	assert.equal(await box().inputValue(), "KOLN", "what was found is there again");
});

test("two characters of Japanese are found within the conversation", async () => {
	await ana.page.goto("/rooms");
	await openFrom(ana, BEN.name);
	await link(ana.page, "Search in this conversation").click();
	await ana.page.getByRole("heading", { name: `Search: ${BEN.name}` }).waitFor();
	await box().fill("東京");
	await results().first().waitFor();
	assert.equal(await results().locator("mark").textContent(), "東京");
});

test("what was taken back is not found any more", async () => {
	await message(ben, `line ${LINES}`).hover();
	await message(ben, `line ${LINES}`).getByRole("button", { name: "Message actions" }).click();
	await ben.page.getByRole("menuitem", { name: "Delete…" }).click();
	await button(ben.page, "Delete").click();
	await message(ben, `line ${LINES}`).waitFor({ state: "detached" });
	await box().fill(`line ${LINES}`);
	await ana.page.getByText("Nothing found").waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
