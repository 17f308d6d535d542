// An answer to a message far above: its words, the way there, and the way back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { act, button, message, openFrom, say, sayMany } from "./support/people.mjs";
import { shownMessages } from "./support/screen.mjs";
import { Stage } from "./support/stage.mjs";

const LINES = 160;
let stage;
let ana;
let ben;
before(async () => {
	stage = await Stage.open();
	({ ana, ben } = stage.windows);
	await stage.acquaint(ana, ben, "the very first words");
	await openFrom(ana, ben.person.name);
	await act(ana, "the very first words", "Reply");
	await openFrom(ben, ana.person.name);
	await sayMany(
		ben,
		Array.from({ length: LINES }, (_, i) => `line ${i + 1}`),
	);
	await message(ana, `line ${LINES}`).waitFor();
	await say(ana, "what I meant above");
	await message(ben, "what I meant above").waitFor();
	// Where one was reading is where the page opens again: what Ben said is known as read before.
	await message(ben, `line ${LINES}`).and(ben.page.locator('[data-fate="read"]')).waitFor();
	await ana.page.reload();
	await answer().waitFor();
});
after(() => stage?.close());

const answer = () => message(ana, "what I meant above");
const quote = () => answer().getByRole("blockquote").getByRole("button");
const focusedText = () => ana.page.evaluate(() => document.activeElement?.textContent ?? "");

async function jump() {
	await quote().click();
	const first = message(ana, "the very first words").and(ana.page.locator("[data-seq='1']"));
	await first.waitFor();
	await ana.page.waitForFunction(() => document.activeElement?.getAttribute("data-seq") === "1");
	return first;
}

test("an answer shows the words of a message that is not loaded, and leads to it", async () => {
	assert.ok(!(await shownMessages(ana.page)).some(({ seq }) => seq === 1), "the first message is not loaded");
	await quote().getByText("the very first words").waitFor();
	const first = await jump();
	assert.ok(
		await first.evaluate((node) => {
			const { top, bottom } = node.getBoundingClientRect();
			return top >= 0 && bottom <= innerHeight;
		}),
		"it is in view",
	);
	assert.match(await focusedText(), /the very first words/);
});

test("what comes meanwhile is counted, and the button leads to it", async () => {
	await button(ana.page, "To the newest").waitFor();
	await say(ben, "while you were away");
	await button(ana.page, "1 new message").waitFor();
	assert.equal(await message(ana, "while you were away").count(), 0, "the view did not move");
	await button(ana.page, "1 new message").click();
	await message(ana, "while you were away").waitFor();
	await button(ana.page, /new message|To the newest/).waitFor({ state: "detached" });
	await message(ben, "while you were away").and(ben.page.locator('[data-fate="read"]')).waitFor();
});

test("one reads on from there to the newest, each message once and in order", async () => {
	await jump();
	const seen = new Map();
	await ana.page.getByRole("log").hover();
	const newest = "while you were away";
	for (let i = 0; i < 300 && ![...seen.values()].includes(newest); i++) {
		const shown = await shownMessages(ana.page);
		const seqs = shown.map(({ seq }) => seq);
		assert.deepEqual(
			seqs,
			[...new Set(seqs)].sort((a, b) => a - b),
		);
		for (const { seq, text } of shown) seen.set(seq, text);
		await ana.page.mouse.wheel(0, 300);
		await ana.page.evaluate(
			() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
		);
	}
	const texts = [...seen].sort(([a], [b]) => a - b).map(([, text]) => text);
	assert.deepEqual(
		texts.flatMap((text) => /^line \d+$/.exec(text)?.[0] ?? []),
		Array.from({ length: LINES }, (_, i) => `line ${i + 1}`),
	);
	await ana.page.mouse.wheel(0, 5000);
	await button(ana.page, /To the newest/).waitFor({ state: "detached" });
	await say(ben, "and live again");
	await message(ana, "and live again").waitFor();
});

test("who writes while looking at the past is taken to the end, and a conversation opens there again", async () => {
	await ana.page.reload();
	await quote().waitFor();
	await jump();
	await say(ana, "written from the past");
	await message(ana, "written from the past").and(ana.page.locator("[data-seq]")).waitFor();
	await message(ana, "and live again").waitFor();
	await jump();
	await ana.page.goto("/rooms");
	await openFrom(ana, ben.person.name);
	await message(ana, "written from the past").waitFor();
});

test("an answer forgets the words of what was taken back, also when it is not loaded", async () => {
	await ana.page.reload();
	await quote().getByText("the very first words").waitFor();
	const elsewhere = await ana.context.newPage();
	ana.watch(elsewhere);
	await elsewhere.goto(ana.page.url());
	const there = elsewhere.getByRole("article").filter({ hasText: "what I meant above" });
	await there.getByRole("blockquote").getByRole("button").click();
	const first = elsewhere.locator("article[data-seq='1']");
	await first.waitFor();
	await first.hover();
	await first.getByRole("button", { name: "Message actions" }).click();
	await elsewhere.getByRole("menuitem", { name: "Delete…" }).click();
	await elsewhere.getByRole("button", { name: "Delete", exact: true }).click();
	await quote().getByText("Message deleted").waitFor();
	await elsewhere.close();
});

test("nothing went wrong in the console meanwhile", () => stage.assertQuiet());
