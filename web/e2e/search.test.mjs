// What was said is found by its words, in all conversations or in one, and the way leads to it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { act, button, link, message, openFrom, say, sayMany } from "./support/people.mjs";
import { judge } from "./support/screen.mjs";
import { Stage } from "./support/stage.mjs";

/** More than a page of the timeline holds: what was said before them is not loaded. */
const LINES = 56;
let stage;
let ana;
let ben;
before(async () => {
	stage = await Stage.open();
	({ ana, ben } = stage.windows);
	await stage.acquaint(ana, ben, "Let us meet in Köln");
	await openFrom(ben, ana.person.name);
	await sayMany(
		ben,
		Array.from({ length: LINES }, (_, i) => `line ${i + 1}`),
	);
	await say(ben, "明日は東京へ行く");
});
after(() => stage?.close());

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
	await openFrom(ana, ben.person.name);
	await link(ana.page, "Search in this conversation").click();
	await ana.page.getByRole("heading", { name: `Search: ${ben.person.name}` }).waitFor();
	await box().fill("東京");
	await results().first().waitFor();
	assert.equal(await results().locator("mark").textContent(), "東京");
});

test("a search is narrowed by who wrote and when, and the address keeps it", async () => {
	const { page } = ana;
	await page.goto("/search");
	await box().fill("line 1");
	await results().first().waitFor();
	await button(page, "Filters").click();
	await page.getByRole("combobox", { name: "Written by" }).selectOption({ label: "You" });
	await page.getByText("Nothing found").waitFor();
	await page.getByRole("combobox", { name: "Written by" }).selectOption({ label: ben.person.name });
	await page.getByRole("combobox", { name: "Conversation" }).selectOption({ label: ben.person.name });
	await results().first().waitFor();
	await judge(page, "the filters");
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.getByLabel("Until").fill("2020-01-31");
	await page.getByText("Nothing found").waitFor();
	await page.reload();
	await button(page, "Take off the filter: Until 31 Jan 2020").click();
	await results().first().waitFor();
	assert.equal(await box().inputValue(), "line 1");
	await results().first().click();
	await page.getByRole("log").waitFor();
	await page.goBack();
	await button(page, `Take off the filter: By ${ben.person.name}`).waitFor();
});

test("what was taken back is not found any more", async () => {
	await act(ben, `line ${LINES}`, "Delete…");
	await button(ben.page, "Delete").click();
	await message(ben, `line ${LINES}`).waitFor({ state: "detached" });
	await ana.page.goto("/search");
	await box().fill(`line ${LINES}`);
	await ana.page.getByText("Nothing found").waitFor();
});

test("nothing went wrong in the console meanwhile", () => stage.assertQuiet());
