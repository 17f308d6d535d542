// What one keeps for oneself: stars, hidden messages, and drafts that follow to another device.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import {
	ANA,
	acquaint,
	BEN,
	button,
	field,
	link,
	login,
	message,
	newcomer,
	openFrom,
	say,
} from "./support/people.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
let tablet;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name }, "worth to be kept");
	await openFrom(ben, ANA.name);
	await say(ben, "not worth to be seen");
	await openFrom(ana, BEN.name);
	tablet = await Window.open(browser, server.url);
	await login(tablet, ANA.username);
	await openFrom(tablet, BEN.name);
	await message(tablet, "not worth to be seen").waitFor();
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

async function choose(window, text, action) {
	await message(window, text).hover();
	await message(window, text).getByRole("button", { name: "Message actions" }).click();
	await window.page.getByRole("menuitem", { name: action }).click();
}

test("a message is starred, stands in the list on another device, and leads back", async () => {
	await choose(ana, "worth to be kept", "Star");
	await message(tablet, "worth to be kept").locator("[data-starred]").waitFor();
	await tablet.page.goto("/rooms");
	await link(tablet.page, "Starred messages").click();
	const row = tablet.page.getByRole("list", { name: "Starred messages" }).getByRole("link");
	await row.first().waitFor();
	assert.equal(await row.count(), 1);
	await row.first().click();
	await tablet.page.waitForFunction(() => document.activeElement?.textContent?.includes("worth to be kept"));
	await choose(tablet, "worth to be kept", "Take the star off");
	await message(ana, "worth to be kept").locator("[data-starred]").waitFor({ state: "detached" });
});

test("what is hidden goes on all of one's devices, and stays with the other person", async () => {
	await choose(ana, "not worth to be seen", "Hide for me…");
	await button(ana.page, "Hide").click();
	for (const window of [ana, tablet]) {
		await window.page.getByText("You hid this message").waitFor();
		assert.equal(await message(window, "not worth to be seen").count(), 0);
	}
	await ana.page.reload();
	await ana.page.getByText("You hid this message").waitFor();
	assert.equal(await message(ben, "not worth to be seen").count(), 1);
});

test("a draft is there on another device, and goes when it is sent", async () => {
	await field(ana.page, "Message").fill("I was about to say");
	await tablet.page.waitForFunction(() => document.querySelector("textarea")?.value === "I was about to say");
	const phone = await Window.open(browser, server.url);
	await login(phone, ANA.username);
	await phone.page.getByText("I was about to say").waitFor();
	await field(tablet.page, "Message").press("Enter");
	await message(ben, "I was about to say").waitFor();
	await ana.page.waitForFunction(() => document.querySelector("textarea")?.value === "");
	phone.assertQuiet();
});

test("nothing went wrong in the console meanwhile", () => {
	for (const window of [ana, ben, tablet]) window.assertQuiet();
});
