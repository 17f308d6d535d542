// A conversation between two people, and all that can happen to a message.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, link, message, newcomer, openFrom, say } from "./support/people.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const composer = (window) => window.page.getByRole("textbox", { name: "Message", exact: true });

async function act(window, text, action) {
	const target = message(window, text).first();
	await target.hover();
	await target.getByRole("button", { name: "Message actions" }).click();
	await window.page.getByRole("menuitem", { name: action, exact: true }).click();
}

test("typing is seen, and a message is seen to be delivered and read", async () => {
	await openFrom(ana, BEN.name);
	await link(ben.page, "Partners").click();
	await say(ana, "are you there?");
	await message(ana, "are you there?").and(ana.page.locator('[data-fate="delivered"]')).waitFor();
	await openFrom(ben, ANA.name);
	await message(ana, "are you there?").and(ana.page.locator('[data-fate="read"]')).waitFor();
	await message(ana, "are you there?").getByText("Read").waitFor();
	await composer(ben).pressSequentially("well", { delay: 30 });
	await ana.page.getByText("Ben Carter is typing…").first().waitFor();
	await composer(ben).press("Enter");
	await message(ana, "well").waitFor();
	await ana.page.getByText("Ben Carter is typing…").first().waitFor({ state: "detached" });
});

test("unread messages count in the list and the title, are marked in the conversation, and are read by reading", async () => {
	await link(ana.page, "Profile").click();
	await say(ben, "unread one");
	await say(ben, "unread two");
	await ana.page.waitForFunction(() => document.title === "(1) ChatLink");
	await link(ana.page, /Chats/).first().click();
	await ana.page.getByText("2 unread messages").waitFor({ state: "attached" });
	await openFrom(ana, BEN.name);
	await ana.page.getByRole("log").getByText("New messages").waitFor();
	await ana.page.waitForFunction(() => document.title === "ChatLink");
	await ana.page.getByText("2 unread messages").waitFor({ state: "detached" });
});

test("a message is answered, reacted to, changed and taken back, for both", async () => {
	await say(ben, "the first verison");
	await message(ben, "the first verison").and(ben.page.locator("[data-seq]")).waitFor();
	await act(ben, "the first verison", "Edit");
	await composer(ben).fill("the first version");
	await composer(ben).press("Enter");
	await message(ana, "the first version").getByText("edited").waitFor();
	await act(ana, "the first version", "Reply");
	await say(ana, "well spelt");
	await message(ben, "well spelt").getByRole("blockquote").getByText("the first version").waitFor();
	await act(ana, "the first version", "Heart");
	await message(ben, "the first version").first().getByRole("button", { name: /❤️/ }).waitFor();
	await message(ana, "the first version").first().getByRole("button", { name: /❤️/ }).click();
	await message(ben, "the first version")
		.first()
		.getByRole("button", { name: /❤️/ })
		.waitFor({ state: "detached" });
	await act(ben, "the first version", "Delete…");
	await button(ben.page, "Delete").click();
	await message(ana, "Message deleted").first().waitFor();
	assert.equal(
		await ana.page.getByText("the first version").count(),
		0,
		"no word of it is left, not even in the answer",
	);
});

test("a web address becomes a link, and markup stays text", async () => {
	await say(ben, "see https://example.org/a_(b)?c=1. <b>not bold</b> javascript:alert(1)");
	const shown = message(ana, "not bold");
	const anchor = shown.getByRole("link");
	await anchor.waitFor();
	assert.equal(await anchor.getAttribute("href"), "https://example.org/a_(b)?c=1");
	assert.equal(await anchor.getAttribute("rel"), "noopener noreferrer");
	assert.equal(await anchor.count(), 1);
	await shown.getByText("<b>not bold</b>").waitFor();
});

test("a draft waits over a reload, in its conversation", async () => {
	await composer(ana).fill("half a thought");
	await ana.page.reload();
	await composer(ana).waitFor();
	assert.equal(await composer(ana).inputValue(), "half a thought");
	await link(ana.page, /Partners/).click();
	await link(ana.page, /Chats/).first().click();
	await ana.page.getByText("Draft:").waitFor();
	await openFrom(ana, BEN.name);
	await composer(ana).press("Enter");
	await message(ben, "half a thought").waitFor();
	await ana.page.reload();
	await message(ana, "half a thought").waitFor();
	assert.equal(await composer(ana).inputValue(), "");
});

test("who reads back stays there, is told of new messages, and gets to them by a button", async () => {
	for (let i = 1; i <= 30; i++) await say(ben, `line ${i}`);
	await message(ana, "line 30").waitFor();
	await ana.page.getByRole("log").hover();
	await ana.page.mouse.wheel(0, -900);
	await button(ana.page, "To the newest").waitFor();
	const place = await ana.page.getByRole("log").evaluate((log) => log.scrollTop);
	await say(ben, "came meanwhile");
	await button(ana.page, "1 new message").waitFor();
	assert.ok(
		Math.abs((await ana.page.getByRole("log").evaluate((log) => log.scrollTop)) - place) < 2,
		"the view did not move",
	);
	await button(ana.page, "1 new message").click();
	await message(ana, "came meanwhile").waitFor();
	await button(ana.page, "1 new message").waitFor({ state: "detached" });
});

test("older messages load while one scrolls up, each once and in order", async () => {
	for (let i = 31; i <= 90; i++) await say(ben, `line ${i}`);
	await message(ana, "line 90").waitFor();
	await ana.page.reload();
	await message(ana, "line 90").waitFor();
	const seen = new Map();
	await ana.page.getByRole("log").hover();
	for (let i = 0; i < 200 && !seen.has(1); i++) {
		const rows = await ana.page
			.getByRole("log")
			.evaluate((log) =>
				[...log.querySelectorAll("[data-seq]")].map((n) => [
					Number(n.getAttribute("data-seq")),
					n.querySelector("[data-text]")?.textContent ?? "",
				]),
			);
		const seqs = rows.map(([seq]) => seq);
		assert.deepEqual(
			seqs,
			[...seqs].sort((a, b) => a - b),
		);
		for (const [seq, text] of rows) seen.set(seq, text);
		await ana.page.mouse.wheel(0, -400);
		await ana.page.evaluate(
			() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
		);
	}
	assert.ok([...seen.values()].includes("Hello, shall we talk?"), "the first words are reached");
	const lines = [...seen].sort(([a], [b]) => a - b).flatMap(([, text]) => text.match(/line \d+/)?.[0] ?? []);
	assert.deepEqual(
		lines,
		Array.from({ length: 90 }, (_, i) => `line ${i + 1}`),
	);
});

test("what is written without a connection waits and goes out once", async () => {
	await openFrom(ana, BEN.name);
	const ends = [ana.expectOutage(), ben.expectOutage()];
	await server.kill();
	await ana.page.getByText("No connection.").waitFor();
	await say(ana, "into the dark");
	await message(ana, "into the dark").and(ana.page.locator('[data-fate="pending"]')).waitFor();
	await server.restart();
	await message(ben, "into the dark").waitFor();
	await message(ana, "into the dark")
		.and(ana.page.locator('[data-fate="delivered"], [data-fate="read"]'))
		.waitFor();
	assert.equal(await message(ben, "into the dark").count(), 1);
	for (const end of ends) end();
});

test("a refused message says so, and goes out when it is tried again", async () => {
	await ben.page.getByRole("button", { name: `More about ${ANA.name}` }).click();
	await ben.page.getByRole("menuitem", { name: "Block…" }).click();
	await button(ben.page, "Block").click();
	await ben.page.getByText("Blocked", { exact: true }).waitFor();
	await say(ana, "do you hear me?");
	await message(ana, "do you hear me?").getByText("Not sent.").waitFor();
	await link(ben.page, "Settings").click();
	await link(ben.page, "Blocked people").click();
	await ben.page.getByRole("listitem", { name: ANA.name }).getByRole("button", { name: "Unblock" }).click();
	await ben.page.getByText("Nobody is blocked").waitFor();
	await message(ana, "do you hear me?").getByRole("button", { name: "Try again" }).click();
	await message(ana, "do you hear me?").and(ana.page.locator('[data-fate="delivered"]')).waitFor();
	await openFrom(ben, ANA.name);
	await message(ben, "do you hear me?").waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
