// What one keeps for oneself: stars, hidden messages, and drafts that follow to another device.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { act, button, field, link, message, openFrom, say } from "./support/people.mjs";
import { Stage } from "./support/stage.mjs";

let stage;
let ana;
let ben;
let tablet;
before(async () => {
	stage = await Stage.open();
	({ ana, ben } = stage.windows);
	await stage.acquaint(ana, ben, "worth to be kept");
	await openFrom(ben, ana.person.name);
	await say(ben, "not worth to be seen");
	await openFrom(ana, ben.person.name);
	tablet = await stage.device(ana);
	await openFrom(tablet, ben.person.name);
	await message(tablet, "not worth to be seen").waitFor();
});
after(() => stage?.close());

test("a message is starred, stands in the list on another device, and leads back", async () => {
	await act(ana, "worth to be kept", "Star");
	await message(tablet, "worth to be kept").locator("[data-starred]").waitFor();
	await tablet.page.goto("/rooms");
	await link(tablet.page, "Starred messages").click();
	const row = tablet.page.getByRole("list", { name: "Starred messages" }).getByRole("link");
	await row.first().waitFor();
	assert.equal(await row.count(), 1);
	await row.first().click();
	await tablet.page.waitForFunction(() => document.activeElement?.textContent?.includes("worth to be kept"));
	await act(tablet, "worth to be kept", "Take the star off");
	await message(ana, "worth to be kept").locator("[data-starred]").waitFor({ state: "detached" });
});

test("what is taken back goes from the list of stars and from what was found, while one looks", async () => {
	await say(ben, "taken back soon");
	await act(ana, "taken back soon", "Star");
	await message(ana, "taken back soon").locator("[data-starred]").waitFor();
	await tablet.page.goto("/stars");
	await tablet.page.getByRole("link", { name: /taken back soon/ }).waitFor();
	const search = await tablet.context.newPage();
	tablet.watch(search);
	await search.goto("/search?q=taken%20back");
	await search.getByRole("link", { name: /taken back soon/ }).waitFor();
	await act(ben, "taken back soon", "Delete…");
	await button(ben.page, "Delete").click();
	await tablet.page.getByText("No starred messages").waitFor();
	await search.getByText("Nothing found").waitFor();
	await search.close();
	await tablet.page.goBack();
	await message(tablet, "worth to be kept").waitFor();
});

test("what is hidden goes on all of one's devices, and stays with the other person", async () => {
	await act(ana, "not worth to be seen", "Hide for me…");
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
	const phone = await stage.device(ana);
	await phone.page.getByText("I was about to say").waitFor();
	await field(tablet.page, "Message").press("Enter");
	await message(ben, "I was about to say").waitFor();
	await ana.page.waitForFunction(() => document.querySelector("textarea")?.value === "");
});

test("a draft that answers something answers it on the other device, too", async () => {
	const quoted = (window) => window.page.locator("form").getByText("a question of yours");
	await say(ben, "a question of yours");
	await act(ana, "a question of yours", "Reply");
	await field(ana.page, "Message").fill("an answer of mine");
	await quoted(tablet).waitFor();
	await tablet.page.waitForFunction(() => document.querySelector("textarea")?.value === "an answer of mine");
	await tablet.page.reload();
	await quoted(tablet).waitFor();
	await field(tablet.page, "Message").press("Enter");
	const answer = message(ben, "an answer of mine");
	await answer.getByRole("blockquote").getByText("a question of yours").waitFor();
	await quoted(ana).waitFor({ state: "detached" });
	assert.equal(await field(ana.page, "Message").inputValue(), "");
});

test("an answer that is given up is none on the other device either", async () => {
	await act(ana, "a question of yours", "Reply");
	await field(ana.page, "Message").fill("never mind");
	await tablet.page.locator("form").getByText("a question of yours").waitFor();
	await field(ana.page, "Message").press("Escape");
	await tablet.page.locator("form").getByText("a question of yours").waitFor({ state: "detached" });
	assert.equal(await field(tablet.page, "Message").inputValue(), "never mind");
	await field(ana.page, "Message").fill("");
});

test("nothing went wrong in the console meanwhile", () => stage.assertQuiet());
