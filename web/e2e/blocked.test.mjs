// Whom one blocks is still in the group: the words are folded everywhere, and back as soon as the block is taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, act, BEN, button, EVA, field, link, message, openFrom, say } from "./support/people.mjs";
import { judge } from "./support/screen.mjs";
import { Stage } from "./support/stage.mjs";

const FOLDED = "Message from somebody you blocked";
let stage;
let ana;
let ben;
let eva;
before(async () => {
	stage = await Stage.open({ ana: ANA, ben: BEN, eva: EVA });
	({ ana, ben, eva } = stage.windows);
	await stage.acquaint(ben, ana);
	await stage.acquaint(ben, eva);
	await link(ben.page, "New group").click();
	await field(ben.page, "Group name").fill("Cine");
	for (const name of [ANA.name, EVA.name])
		await ben.page.getByRole("checkbox", { name: new RegExp(name) }).check();
	await button(ben.page, "Create group").click();
	await openFrom(ana, "Cine");
	await say(ana, "rude words");
	await openFrom(eva, "Cine");
	await act(eva, "rude words", "Reply");
	await say(eva, "calm down");
	await message(ben, "calm down").waitFor();
});
after(() => stage?.close());

const row = (window) => window.page.getByRole("list", { name: "Chats" }).getByRole("link", { name: /Cine/ });
const folded = () => ben.page.getByRole("article", { name: new RegExp(FOLDED) });

async function block() {
	await openFrom(ben, ANA.name);
	await button(ben.page, `More about ${ANA.name}`).click();
	await ben.page.getByRole("menuitem", { name: "Block…" }).click();
	await button(ben.page, "Block").click();
	await ben.page.getByText("Blocked", { exact: true }).waitFor();
	await openFrom(ben, "Cine");
}

test("a message, the quote of it and the line in the list are folded for who blocks", async () => {
	await block();
	await folded().waitFor();
	await message(ben, "calm down").getByRole("blockquote").getByText(FOLDED).waitFor();
	assert.equal(await ben.page.getByText("rude words").count(), 0);
	await message(eva, "rude words").first().waitFor();
	await say(ana, "and more of it");
	await row(ben).getByText(FOLDED).waitFor();
	assert.equal(await folded().count(), 2);
	assert.equal(await ben.page.getByText("and more of it").count(), 0);
	await judge(ben.page, "folded messages");
	await ben.page.setViewportSize({ width: 1280, height: 900 });
});

test("one is looked at by keys, and folded again", async () => {
	await folded().first().focus();
	await ben.page.keyboard.press("Tab");
	await ben.page.keyboard.press("Enter");
	await message(ben, "rude words").first().waitFor();
	await judge(ben.page, "a message that is shown");
	await ben.page.setViewportSize({ width: 1280, height: 900 });
	await button(ben.page, "Hide").click();
	await folded().nth(1).waitFor();
});

test("a thread and what is pinned fold, too", async () => {
	await act(eva, "calm down", "Reply in thread");
	await eva.page.getByRole("textbox", { name: "Reply in this thread" }).fill("please");
	await eva.page.keyboard.press("Enter");
	const thread = ana.page.locator("[data-thread]");
	await message(ana, "calm down")
		.first()
		.getByRole("button", { name: /1 reply/ })
		.click();
	const field = thread.getByRole("textbox", { name: "Reply in this thread" });
	await field.fill("rude in the thread");
	await field.press("Enter");
	await message(ben, "calm down")
		.first()
		.getByRole("button", { name: /2 replies/ })
		.click();
	await ben.page
		.locator("[data-thread]")
		.getByRole("article", { name: new RegExp(FOLDED) })
		.waitFor();
	assert.equal(await ben.page.getByText("rude in the thread").count(), 0);
	await button(ben.page, "Close the thread").click();
});

test("once the block is taken back all words are there, without a reload", async () => {
	await ben.page.evaluate(() => {
		globalThis.stayed = true;
	});
	await link(ben.page, /Settings/).click();
	await link(ben.page, /Blocked people/).click();
	await button(ben.page, "Unblock").click();
	await ben.page.getByText("Nobody is blocked").waitFor();
	await link(ben.page, /Chats/).first().click();
	await row(ben).getByText("and more of it").waitFor();
	await row(ben).click();
	await message(ben, "rude words").first().waitFor();
	assert.equal(await folded().count(), 0);
	assert.equal(await ben.page.evaluate(() => globalThis.stayed), true);
});

test("on another device a block folds what is open", async () => {
	const phone = await stage.device(ben, { viewport: { width: 360, height: 740 } });
	await openFrom(phone, "Cine");
	await message(phone, "rude words").first().waitFor();
	await block();
	await phone.page
		.getByRole("article", { name: new RegExp(FOLDED) })
		.first()
		.waitFor();
});

test("nothing went wrong in the console meanwhile", () => stage.assertQuiet());
