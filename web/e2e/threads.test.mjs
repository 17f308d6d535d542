// What is said beneath a message leaves the conversation in peace: a count there, a thread of its own, and marks that go.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, message, newcomer, openFrom, say } from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

const ROOT = "Shall we read a book together?";
let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name }, ROOT);
	await openFrom(ana, BEN.name);
	await message(ana, ROOT).first().waitFor();
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const main = ({ page }) => page.getByRole("log", { name: "Messages", exact: true });
const panel = ({ page }) => page.getByRole("region", { name: "Thread", exact: true });
const field = (window) => panel(window).getByRole("textbox", { name: "Reply in this thread" });
const inThread = (window, text) => panel(window).getByRole("article").filter({ hasText: text });
const focused = (locator) => locator.evaluate((node) => node === document.activeElement);

async function reply(window, text) {
	await field(window).fill(text);
	await field(window).press("Enter");
}

async function settled(window, text) {
	await inThread(window, text).and(window.page.locator("[data-seq]:not([data-fate='pending'])")).waitFor();
}

test("a reply in a thread is a count for the other, and no line of the conversation", async () => {
	const root = message(ben, ROOT).first();
	await root.hover();
	await root.getByRole("button", { name: "Message actions" }).click();
	await ben.page.getByRole("menuitem", { name: "Reply in thread" }).click();
	await field(ben).waitFor();
	await ben.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
	assert.ok(await focused(field(ben)), "one writes there at once");
	await reply(ben, "Yes, a short one");
	await settled(ben, "Yes, a short one");
	const count = main(ana).getByRole("button", { name: /^1 reply/ });
	await count.waitFor();
	await main(ana)
		.getByRole("button", { name: /New replies/ })
		.waitFor();
	assert.equal(await message(ana, "Yes, a short one").count(), 0, "it stands in the thread alone");
	assert.equal(await main(ben).getByText("Yes, a short one").count(), 0);
	await button(ana.page, "Threads: 1 with something new").waitFor();
});

test("who opens it reads it, and the marks go", async () => {
	await button(ana.page, "Threads: 1 with something new").click();
	const list = ana.page.getByRole("dialog", { name: "Threads" });
	await list.getByRole("button", { name: new RegExp(ROOT.replace("?", "\\?")) }).waitFor();
	await assertAccessible(ana.page, "the list of threads");
	await list.getByRole("button", { name: /1 unread/ }).click();
	await inThread(ana, "Yes, a short one").waitFor();
	await inThread(ana, ROOT).waitFor();
	await button(ana.page, "Threads").waitFor();
	await main(ana)
		.getByRole("button", { name: /New replies/ })
		.waitFor({ state: "detached" });
	await reply(ana, "Then let us begin on Monday");
	await inThread(ben, "Then let us begin on Monday").waitFor();
	for (const window of [ana, ben])
		await main(window)
			.getByRole("button", { name: /^2 replies/ })
			.waitFor();
	await assertAccessible(ana.page, "a thread beside its conversation");
});

test("a reload keeps the thread open and read", async () => {
	await ana.page.reload();
	await inThread(ana, "Yes, a short one").waitFor();
	await inThread(ana, "Then let us begin on Monday").waitFor();
	await main(ana)
		.getByRole("button", { name: /^2 replies/ })
		.waitFor();
	await button(ana.page, "Threads").waitFor();
	assert.equal(
		await main(ana)
			.getByRole("button", { name: /New replies/ })
			.count(),
		0,
	);
});

test("reactions and edits are seen there live", async () => {
	const mine = inThread(ben, "Yes, a short one");
	await mine.hover();
	await mine.getByRole("button", { name: "Message actions" }).click();
	await ben.page.getByRole("menuitem", { name: "Edit" }).click();
	const editing = field(ben);
	await editing.fill("Yes, a very short one");
	await editing.press("Enter");
	await inThread(ana, "Yes, a very short one").waitFor();
	await inThread(ana, "Yes, a very short one").hover();
	await inThread(ana, "Yes, a very short one").getByRole("button", { name: "Message actions" }).click();
	await ana.page.getByRole("menuitem", { name: "Heart" }).click();
	await inThread(ben, "Yes, a very short one").getByRole("button", { name: /❤️/ }).waitFor();
});

test("what is written without a line waits in the thread, and goes once", async () => {
	const ends = [ana, ben].map((window) => window.expectOutage());
	await server.kill();
	await Promise.all([ana, ben].map(({ page }) => page.getByText("No connection.").waitFor()));
	await reply(ana, "written in a tunnel");
	await inThread(ana, "written in a tunnel").and(ana.page.locator('[data-fate="pending"]')).waitFor();
	assert.equal(await main(ana).getByText("written in a tunnel").count(), 0);
	await server.restart();
	await inThread(ben, "written in a tunnel").waitFor();
	await settled(ana, "written in a tunnel");
	assert.equal(await inThread(ana, "written in a tunnel").count(), 1);
	await main(ben)
		.getByRole("button", { name: /^3 replies/ })
		.waitFor();
	for (const { page } of [ana, ben]) await page.getByText("No connection.").waitFor({ state: "detached" });
	for (const end of ends) end();
});

test("Escape closes it, and the focus goes back to the message", async () => {
	await field(ana).press("Escape");
	await panel(ana).waitFor({ state: "detached" });
	assert.ok(await focused(main(ana).getByRole("button", { name: /^3 replies/ })));
});

test("what is pinned in a thread leads there", async () => {
	const pinned = inThread(ben, "Then let us begin on Monday");
	await pinned.hover();
	await pinned.getByRole("button", { name: "Message actions" }).click();
	await ben.page.getByRole("menuitem", { name: "Pin", exact: true }).click();
	await button(ana.page, /^1 pinned message/).click();
	await inThread(ana, "Then let us begin on Monday").waitFor();
	await ana.page.waitForFunction(
		() => document.activeElement?.textContent?.includes("Then let us begin on Monday") ?? false,
	);
	await ana.page.keyboard.press("Escape");
	await panel(ana).waitFor({ state: "detached" });
});

test("a message that is found in a thread opens it", async () => {
	await ana.page.getByRole("link", { name: "Search in this conversation" }).click();
	await ana.page.getByRole("searchbox").fill("tunnel");
	await ana.page.getByRole("link", { name: /written in a tunnel/ }).click();
	await inThread(ana, "written in a tunnel").waitFor();
	await ana.page.waitForFunction(
		() => document.activeElement?.textContent?.includes("written in a tunnel") ?? false,
	);
});

test("on a phone it lies over the conversation, and going back leads there", async () => {
	await ana.page.setViewportSize({ width: 390, height: 844 });
	await field(ana).waitFor();
	await assertFits(ana.page, "a thread on a phone");
	await assertAccessible(ana.page, "a thread on a phone");
	await panel(ana).getByRole("button", { name: "Back" }).click();
	await panel(ana).waitFor({ state: "detached" });
	await say(ana, "and here we go on");
	await message(ben, "and here we go on").waitFor();
	await main(ana)
		.getByRole("button", { name: /^3 replies/ })
		.click();
	await inThread(ana, ROOT).waitFor();
	await ana.page.goBack();
	await panel(ana).waitFor({ state: "detached" });
});

test("beneath a message that is taken back nobody can reply any more", async () => {
	await ana.page.setViewportSize({ width: 1280, height: 900 });
	const root = message(ana, ROOT).first();
	await root.hover();
	await root.getByRole("button", { name: "Message actions" }).click();
	await ana.page.getByRole("menuitem", { name: "Delete…" }).click();
	await button(ana.page, "Delete").click();
	await panel(ben).getByText("nobody can reply here any more", { exact: false }).waitFor();
	await inThread(ben, "written in a tunnel").waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
